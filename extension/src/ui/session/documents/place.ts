// SPDX-License-Identifier: MIT
// Where a visible mark stands on its page. All lengths are points, from the lower left corner of the page as shown.

import type { Mark } from "../../../shared/documents.ts";

export const POSITIONS = [
    "top-left", "top", "top-right",
    "left", "middle", "right",
    "bottom-left", "bottom", "bottom-right",
] as const;
export type Position = (typeof POSITIONS)[number];

export interface Size {
    readonly width: number;
    readonly height: number;
}

/** The middle of the mark, where the person pressed. */
export interface Point {
    readonly x: number;
    readonly y: number;
}

export type Place = Position | Point;
export type Box = Pick<Mark, "left" | "bottom" | "width" | "height">;

export const LETTER = 10;
const LINE = 13;
const PADDING = 5;
const WIDEST = 240;
const NARROWEST = 90;
/** Half an inch stays free at the edges: printers leave it out. */
const EDGE = 36;

/** Letters of the Latin alphabet are about half as wide as those of Japanese. */
function widthOf(line: string): number {
    let width = 0;
    for (const character of line) width += /[\0-\xff\uff61-\uff9f]/.test(character) ? LETTER * 0.56 : LETTER;
    return width;
}

function sizeOf(text: string, page: Size): Size {
    const most = Math.min(WIDEST, page.width * 0.9);
    const lines = text.split("\n").map(widthOf);
    const width = Math.min(most, Math.max(NARROWEST, Math.max(...lines) + 2 * PADDING));
    const inside = Math.max(LETTER, width - 2 * PADDING);
    const count = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line / inside)), 0);
    return { width, height: Math.min(page.height * 0.9, count * LINE + 2 * PADDING) };
}

function between(least: number, value: number, most: number): number {
    return Math.max(least, Math.min(value, most));
}

/** The mark's box: large enough for its text, and always whole on the page. */
export function boxAt(place: Place, text: string, page: Size): Box {
    const { width, height } = sizeOf(text, page);
    const [right, top] = [page.width - width, page.height - height];
    const edge = { x: Math.min(EDGE, right / 2), y: Math.min(EDGE, top / 2) };
    if (typeof place !== "string") {
        return { left: between(0, place.x - width / 2, right), bottom: between(0, place.y - height / 2, top), width, height };
    }
    const index = POSITIONS.indexOf(place);
    const left = [edge.x, right / 2, right - edge.x][index % 3] ?? edge.x;
    const bottom = [top - edge.y, top / 2, edge.y][Math.trunc(index / 3)] ?? edge.y;
    return { left, bottom, width, height };
}
