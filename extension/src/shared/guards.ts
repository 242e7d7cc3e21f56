// SPDX-License-Identifier: MIT
// The smallest questions asked of values that came from outside. Nothing here throws.

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isText(value: unknown, shortest: number, longest: number): value is string {
    return typeof value === "string" && value.length >= shortest && value.length <= longest;
}

/** Standard base64 with padding, as btoa writes it. */
export function isBase64(value: unknown, longest: number): value is string {
    return isText(value, 4, longest) && value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}

/** Bytes that a well-formed base64 text stands for. */
export function base64Bytes(text: string): number {
    const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    return (text.length / 4) * 3 - padding;
}

export function isCount(value: unknown, most: number): value is number {
    return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
