/* SPDX-License-Identifier: MIT */
// Where the signatures of a PDF stand and which bytes each of them covers. The file is not understood any further, nor
// need it be: once the last signature covers every byte but its own hexadecimal digits, nothing in the file can say
// anything that its signer did not sign. So anything odd is refused, also where a reader of PDFs would look past it.
import { bytesOf, placesOf, type Content, type Range } from "./content.ts";
import { dictionaryOf, type Entry } from "./pdf-dictionary.ts";
import { demand, Refused, type Check } from "./verify.ts";

export interface PdfSignature {
    /** Those passed so far. */
    checks: Check[];
    /** The hexadecimal string with the CMS, with its brackets: all that is not covered. */
    hole: Range;
    /** The signature covers the file up to here. */
    end: number;
    signedAt: Date | undefined;
}

const MOST_SIGNATURES = 50;
/** Bytes of a signature's dictionary on each side of the hole, and of the hole. */
const NEAR = 16 * 1024;
const HOLE_MOST = 256 * 1024;

/** In the order in which they were made. Throws Refused. */
export async function readPdfSignatures(document: Content): Promise<PdfSignature[]> {
    const checks: Check[] = [];
    const head = await bytesOf(document, 0, 5);
    demand(checks, "format", head.toString("latin1") === "%PDF-", "not a PDF", true);
    const places = await placesOf(document, "/ByteRange", MOST_SIGNATURES + 1);
    demand(checks, "byte-range", places.length > 0, "no signature", true);
    demand(checks, "byte-range", places.length <= MOST_SIGNATURES, "too many signatures", true);
    const found: PdfSignature[] = [];
    for (const place of places) {
        found.push(await readSignature(document, place));
    }
    found.sort((one, other) => one.end - other.end);
    for (const [at, { checks: own, hole, end }] of found.entries()) {
        const before = found[at - 1]?.end ?? 0;
        demand(own, "byte-range", hole[0] > before && end > before, "two signatures overlap", true);
        const last = at === found.length - 1;
        const covered = `${at + 1} / ${found.length}: ${end} / ${document.size} bytes`;
        demand(own, "whole-file", !last || end === document.size, `${document.size - end} bytes follow the last signature`, true);
        demand(own, "whole-file", true, covered);
    }
    return found;
}

async function readSignature(document: Content, place: number): Promise<PdfSignature> {
    const checks: Check[] = [];
    const text = (await bytesOf(document, place, place + 200)).toString("latin1");
    const numbers = /^\/ByteRange\s*\[\s*(\d{1,15})\s+(\d{1,15})\s+(\d{1,15})\s+(\d{1,15})\s*\]/.exec(text)?.slice(1).map(Number);
    const [start = -1, before = 0, after = 0, rest = 0] = numbers ?? [];
    const end = after + rest;
    const outside = (from: number): boolean => from < before || from >= after;
    const good = start === 0 && before > 0 && after > before + 2 && after - before <= HOLE_MOST && rest > 0 && end <= document.size
        && outside(place) && place < end;
    demand(checks, "byte-range", good, numbers === undefined ? "cannot be read" : numbers.join(" "));
    const hole = await bytesOf(document, before, after);
    demand(checks, "byte-range", /^<([0-9A-Fa-f]{2})+>$/.test(hole.toString("latin1")), "what is left out is not one hexadecimal string", true);
    demand(checks, "byte-range", /%%EOF\s{0,2}$/.test((await bytesOf(document, end - 16, end)).toString("latin1")),
        "it does not end where a version of the file ends", true);

    // The dictionary without the hole, so that its size is that of a few names and dates.
    const left = (await bytesOf(document, Math.max(0, before - NEAR), before)).toString("latin1");
    const right = (await bytesOf(document, after, Math.min(end, after + NEAR))).toString("latin1");
    const position = (at: number): number => left.length + (at < before ? at - before : at - after + 2);
    const entries = dictionaryOf(`${left}<>${right}`, Math.min(position(place), left.length));
    const only = (name: string): Entry => {
        const [entry, ...more] = (entries ?? []).filter((each) => each.name === name);
        if (entry === undefined || more.length > 0) {
            throw new Refused(checks, "byte-range", `${name} is not there once`);
        }
        return entry;
    };
    demand(checks, "byte-range", only("ByteRange").at === position(place), "it stands elsewhere than in the signature", true);
    demand(checks, "byte-range", only("Contents").valueAt === left.length, "Contents is not what is left out", true);
    demand(checks, "format", only("SubFilter").value === "/ETSI.CAdES.detached", `PAdES ${only("SubFilter").value}`);
    return { checks, hole: [before, after], end, signedAt: dateOf(only("M").value) };
}

/** `(D:20261122210145+09'00')` and its shorter forms. */
function dateOf(value: string): Date | undefined {
    const [, year, month, day, hour, minute, second, zone = "Z", zoneHour = "00", zoneMinute = "00"]
        = /^\(D:(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:Z|([+-])(\d{2})'(\d{2})'?)?\)$/.exec(value) ?? [];
    const offset = zone === "Z" ? "Z" : `${zone}${zoneHour}:${zoneMinute}`;
    const date = new Date(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}${offset}`);
    return Number.isNaN(date.getTime()) ? undefined : date;
}
