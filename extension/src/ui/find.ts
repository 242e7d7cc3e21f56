// SPDX-License-Identifier: MIT
// The elements that a window's own markup is known to hold.

export function find(id: string): HTMLElement {
    const element = document.getElementById(id);
    if (element === null) throw new Error(id);
    return element;
}
