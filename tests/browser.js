// What tests/test_browser.py does inside JupyterLab's page, through its own commands.

const followed = new Set();  // paths of documents that a link has opened

/** Show the notebook at path (a string) with all its cells, its kernel ready. */
async function openBook(path) {
    window.book = await jupyterapp.commands.execute("docmanager:open", {path});
    await book.revealed;
    await book.context.sessionContext.ready;
}

/** Close all that is open, as it is, end all kernels, and be light again. */
async function closeAll() {
    [...jupyterapp.shell.widgets("main")].forEach(widget => widget.dispose());
    await jupyterapp.serviceManager.sessions.shutdownAll();
    await lookLike("Light");
}

/** Have the page look "Light" or "Dark"; diagrams that are drawn already stay as they are. */
async function lookLike(theme) {
    const name = `JupyterLab ${theme}`;
    await jupyterapp.commands.execute("apputils:change-theme", {theme: name});
    while (document.body.dataset.jpThemeName !== name) {
        await new Promise(later => { setTimeout(later, 20); });
    }
}

/** Return all elements of the notebook that fit a selector. */
function all(selector) {
    return [...book.node.querySelectorAll(selector)];
}

/** Whether all cells have run, or one has put out what fits the selector of errors. */
function finished(errors) {
    return all(errors).length || all(".jp-CodeCell .jp-InputArea-prompt").every(
        prompt => /[0-9]/.test(prompt.textContent));
}

/** Open or fold all answers. */
function fold(folded) {
    all("details").forEach(answer => { answer.open = !folded; });
}

/** Return the height of the notebook in pixels, scrolled to its beginning. */
function height() {
    const cells = all(".jp-Cell").map(cell => cell.getBoundingClientRect());
    book.node.querySelector(".jp-WindowedPanel-outer").scrollTop = 0;
    return Math.ceil(cells.at(-1).bottom - cells[0].top);
}

/** Return [alt, width] of each image, when all have been loaded, or could not be. */
async function images() {
    const loading = all("img").filter(image => !image.complete);
    await Promise.all(loading.map(image => new Promise(done => {
        image.onload = image.onerror = done;
    })));
    return all("img").map(image => [image.alt, image.naturalWidth]);
}

/** Click each question twice, where the reader sees it; return those whose answer did not open and fold. */
function stubborn(selector) {
    fold(true);
    return all(selector).filter(answer => {
        const question = answer.querySelector("summary");
        if (!question) return true;
        question.scrollIntoView({block: "center"});
        const {left, top, height} = question.getBoundingClientRect();
        const there = document.elementFromPoint(left + height / 2, top + height / 2);
        const states = [1, 2].map(() => {
            if (question.contains(there)) there.click();
            return answer.open && answer.innerText.length > question.innerText.length + 5;
        });
        return !states[0] || states[1];
    }).map(answer => answer.innerText);
}

/** Return a link to path that the reader sees, or undefined. */
function linkTo(path) {
    return all("a").find(link => link.checkVisibility()
        && decodeURI(link.pathname).endsWith(`/files/${path}`));
}

/** Click a link to path, and close what it opens; return what is wrong, or null. One that was followed need only be there. */
async function follow(path) {
    const link = linkTo(path);
    if (!link) return `${path}: no link that one sees`;
    if (followed.has(path)) return null;
    const before = new Set(jupyterapp.shell.widgets("main"));
    const opened = new Promise((resolve, reject) => {
        jupyterapp.commands.commandExecuted.connect(function listen(_, command) {
            jupyterapp.commands.commandExecuted.disconnect(listen);
            command.result.then(resolve, reject);
        });
    });
    link.click();
    try {
        await opened;
    } catch (error) {
        return `${path}: ${error.message}`;
    }
    const widgets = [...jupyterapp.shell.widgets("main")].filter(widget => !before.has(widget));
    const paths = widgets.map(widget => widget.context?.path);
    widgets.forEach(widget => widget.dispose());
    jupyterapp.shell.activateById(book.id);
    if (!paths.includes(path)) return `${path}: what opens is ${paths}`;
    followed.add(path);
    return null;
}

/** Have the page look "Dark", and draw all diagrams anew, as after a reload. */
async function darken() {
    book.node.style.display = "none"; // without it the page changes faster
    await lookLike("Dark");
    for (const cell of book.content.widgets) {
        const diagrams = cell.node.querySelectorAll(".jp-RenderedMermaid");
        if (!diagrams.length) continue;
        diagrams.forEach(diagram => diagram.remove());
        if (cell.model.type === "code") cell.model.outputs.fromJSON(cell.model.outputs.toJSON());
        else cell.model.sharedModel.setSource(`${cell.model.sharedModel.getSource()}\n`);
        cell.update();
    }
    book.node.style.display = "";
}
