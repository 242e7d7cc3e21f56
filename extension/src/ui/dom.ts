// SPDX-License-Identifier: MIT
// Elements of a window's own making. Text goes in as text.

export function make(tag: string, look: { readonly class?: string; readonly text?: string } = {}, ...children: (Node | string)[]): HTMLElement {
    const element = document.createElement(tag);
    if (look.class !== undefined) element.className = look.class;
    element.append(...(look.text === undefined ? [] : [look.text]), ...children);
    return element;
}

/** Shows the text, or hides the element when there is none. */
export function put(element: HTMLElement, text: string | null): void {
    element.hidden = text === null;
    element.textContent = text;
}
