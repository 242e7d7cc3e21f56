// SPDX-License-Identifier: MIT
// Text that hides nothing: characters that cannot be seen, or that turn others round, stand there as what they are.

/**
 * Controls, format characters (direction overrides among them), separators and blanks that look like nothing. A
 * variation selector stays: it belongs to the character before it, and names in Japan are written with them.
 */
const UNSEEN = /[^\P{C}\p{Co}\n\t]|\p{Zl}|\p{Zp}|\u034f|[\u115f\u1160\u2800\u3164\uffa0]|\u17b4|\u17b5|\u180b|\u180c|\u180d|\u180f/gu;

function nameOf(character: string): string {
    return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function token(character: string): HTMLElement {
    const element = document.createElement("span");
    element.className = "unseen";
    element.textContent = nameOf(character);
    return element;
}

export interface Piece {
    readonly text: string;
    readonly unseen: boolean;
}

/** What can be read as it is, and what has to be named, in order. */
export function piecesOf(text: string): readonly Piece[] {
    const whole = text.replaceAll("\r\n", "\n");
    const pieces: Piece[] = [];
    let after = 0;
    for (const { 0: character, index } of whole.matchAll(UNSEEN)) {
        if (index > after) pieces.push({ text: whole.slice(after, index), unseen: false });
        pieces.push({ text: character, unseen: true });
        after = index + character.length;
    }
    if (after < whole.length) pieces.push({ text: whole.slice(after), unseen: false });
    return pieces;
}

/** Fills an element with text; answers whether something in it had to be named. */
export function putVisible(element: HTMLElement, text: string): boolean {
    const pieces = piecesOf(text);
    element.replaceChildren(...pieces.map((piece) => (piece.unseen ? token(piece.text) : piece.text)));
    return pieces.some(({ unseen }) => unseen);
}

/** The same for one line, such as a file's name: there a line break is unseen, too. */
export function putVisibleLine(element: HTMLElement, text: string): void {
    const parts = text.split(/([\n\t\r])/).flatMap((part) =>
        /^[\n\t\r]$/.test(part) ? [{ text: part, unseen: true }] : piecesOf(part),
    );
    element.replaceChildren(...parts.map((piece) => (piece.unseen ? token(piece.text) : piece.text)));
}
