// What tests/test_browser.py does inside JupyterLab's page, through its own commands.

/** Show the notebook at path (a string) with all its cells, its kernel ready. */
async function openBook(path) {
    window.book = await jupyterapp.commands.execute("docmanager:open", {path});
    await book.revealed;
    await book.context.sessionContext.ready;
}

/** Close all that is open, as it is, and end all kernels. */
async function closeAll() {
    [...jupyterapp.shell.widgets("main")].forEach(widget => widget.dispose());
    await jupyterapp.serviceManager.sessions.shutdownAll();
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

/** Click a link to path that the reader sees; return the path of what it opened, and close that. */
async function follow(path) {
    const link = all("a").find(link => link.checkVisibility()
        && decodeURI(link.pathname).endsWith(`/files/${path}`));
    const before = new Set(jupyterapp.shell.widgets("main"));
    const opened = new Promise((resolve, reject) => {
        jupyterapp.commands.commandExecuted.connect(function listen(_, command) {
            jupyterapp.commands.commandExecuted.disconnect(listen);
            command.result.then(resolve, reject);
        });
    });
    link.click();
    await opened;
    const widget = [...jupyterapp.shell.widgets("main")].find(widget => !before.has(widget));
    const found = widget.context.path;
    widget.dispose();
    jupyterapp.shell.activateById(book.id);
    return found;
}

/** Have the page look "Light" or "Dark", and draw all diagrams anew, as after a reload. */
async function lookLike(theme) {
    const name = `JupyterLab ${theme}`;
    await jupyterapp.commands.execute("apputils:change-theme", {theme: name});
    while (document.body.dataset.jpThemeName !== name) {
        await new Promise(later => { setTimeout(later, 20); });
    }
    for (const cell of book.content.widgets) {
        const diagrams = cell.node.querySelectorAll(".jp-RenderedMermaid");
        if (!diagrams.length) continue;
        diagrams.forEach(diagram => diagram.remove());
        if (cell.model.type === "code") cell.model.outputs.fromJSON(cell.model.outputs.toJSON());
        else cell.model.sharedModel.setSource(`${cell.model.sharedModel.getSource()}\n`);
        cell.update();
    }
}
