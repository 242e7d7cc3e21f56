// SPDX-License-Identifier: MIT
// Which text can be written with a font as it is, without shaping, and how it is broken into the lines of a box.

export interface Metrics {
    /** Whether the font has a glyph for every character of the text. */
    has(text: string): boolean;
    /** Points at size 1. */
    widthOf(text: string): number;
}

export interface Laid {
    readonly size: number;
    readonly lines: readonly string[];
}

const LARGEST = 24;
const SMALLEST = 3;
export const LINE_HEIGHT = 1.3;

/**
 * The text with a mark put together with its base where Unicode has a character for both: "か" and U+3099 are "が".
 * Never on ideographs: there, composing would exchange one person's character for another's.
 */
export function composed(text: string): string {
    return text.replace(/\r\n?/g, "\n").replace(/[^\p{M}\p{Ideographic}]\p{M}+/gu, (cluster) => cluster.normalize("NFC"));
}

/**
 * Marks, joiners, variation selectors, directions, private characters and lone surrogates need more than a glyph each,
 * or look otherwise than they are: refused even where the font has something for them. So is what reads from right to left.
 */
const NOT_PLAIN = /[\p{M}\p{C}\p{Zl}\p{Zp}\p{Emoji_Modifier}\p{Variation_Selector}\p{Regional_Indicator}]|\p{Script=Arabic}|\p{Script=Hebrew}/u;

export function isWritable(text: string, metrics: Metrics): boolean {
    const lines = composed(text).split("\n");
    return lines.every((line) => line.isWellFormed() && !NOT_PLAIN.test(line) && metrics.has(line));
}

/** What must not begin a line (JIS X 4051, the common ones), and what must not end one. */
const NOT_FIRST = /^[、。,.,.・:;:;!?!?)\])〕〉》」』】}ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ]/u;
const NOT_LAST = /[([(〔〈《「『【{]$/u;

/** Pieces between which a line may be broken: words of letters and digits whole, anything else one by one. */
function piecesOf(line: string): string[] {
    const pieces: string[] = [];
    for (const piece of line.match(/[\p{Script=Latin}\p{N}@._+\-/:]+|\s+|./gu) ?? []) {
        const last = pieces.at(-1);
        if (last !== undefined && (NOT_FIRST.test(piece) || NOT_LAST.test(last))) pieces[pieces.length - 1] = last + piece;
        else pieces.push(piece);
    }
    return pieces;
}

function breakLine(line: string, width: number, metrics: Metrics): string[] {
    const lines: string[] = [];
    let current = "";
    const put = (piece: string): void => {
        if (current !== "" && metrics.widthOf((current + piece).trimEnd()) > width) {
            lines.push(current.trimEnd());
            current = piece.trimStart();
        } else {
            current += piece;
        }
    };
    for (const piece of piecesOf(line)) {
        // A word longer than the box is broken anywhere.
        if (metrics.widthOf(piece) > width) for (const character of piece) put(character);
        else put(piece);
    }
    lines.push(current.trimEnd());
    return lines;
}

/** The largest size at which the text fits the box, or null when none does. */
export function layOut(text: string, width: number, height: number, metrics: Metrics): Laid | null {
    for (let size = LARGEST; size >= SMALLEST; size -= 0.5) {
        const lines = composed(text).trim().split("\n").flatMap((line) => breakLine(line, width / size, metrics));
        const fits = lines.length * LINE_HEIGHT * size <= height && lines.every((line) => metrics.widthOf(line) * size <= width);
        if (fits) return { size, lines };
    }
    return null;
}
