"""Pictures for lessons: what was said, as a Mermaid diagram; a figure with a text alternative."""
import base64
import io
import re


class Diagram:
    """What was said, in the order in which it was said: the source of a Mermaid diagram.

    JupyterLab draws it where a cell ends with it.
    """

    def __init__(self, *people, title="Кто что сказал"):
        """Begin an empty diagram with people (str), from left to right; title (str) is for screen readers."""
        self.lines = ["sequenceDiagram", f"accTitle: {title}: {', '.join(people)}",
                      *(f"participant {person}" for person in people)]

    def arrow(self, speaker, listener, text, shape="->>"):
        """Add an arrow of this shape, with text (str), from speaker to listener (str)."""
        text = re.sub("[#;]", lambda sign: f"#{ord(sign[0])};", text)  # they are Mermaid's own
        self.lines.append(f"{speaker}{shape}{listener}: {text}")

    def note(self, person, text):
        """Add a note, text (str), over a person (str)."""
        self.lines.append(f"Note over {person}: {text}")

    def __repr__(self):
        return "\n".join(self.lines)

    def _repr_markdown_(self):
        return f"```mermaid\n{self}\n```"


def show(figure, alt):
    """Display a Matplotlib figure, with alt (str) in its place for those who do not see it.

    JupyterLab drops the alt of a PNG and keeps that of Markdown; other readers prefer the PNG.
    """
    from IPython.display import display  # a lesson has it; a test does without
    png = io.BytesIO()
    figure.savefig(png)
    data = base64.b64encode(png.getvalue()).decode()
    display({"text/plain": repr(figure), "image/png": data,
             "text/markdown": f"![{alt}](data:image/png;base64,{data})"},
            metadata={"image/png": {"alt": alt}}, raw=True)


def bars(panels):
    """Display bars: panels is {title (str): {label (str): number}}, panels side by side.

    The numbers differ in every run, so they are only in the picture and its text alternative.
    """
    from matplotlib import logging, pyplot  # slow to import, and most lessons do without it
    logging.getLogger("matplotlib").setLevel("ERROR")  # the first time, it looks for fonts and says so
    figure, row = pyplot.subplots(1, len(panels), figsize=(9, 2.2), squeeze=False,
                                  layout="constrained")
    alt = []
    for axes, (title, values) in zip(row[0], panels.items()):
        labels = [f"{value:.0f}" if value >= 100 else f"{value:.3g}".replace(*".,")
                  for value in values.values()]
        axes.bar_label(axes.barh([*values], [*values.values()]), labels, padding=3)
        axes.set(title=title, xticks=[])
        axes.margins(x=0.25)
        axes.invert_yaxis()
        alt += [f"{title}: {label} — {number}" for label, number in zip(values, labels)]
    show(figure, "; ".join(alt))
    pyplot.close(figure)
