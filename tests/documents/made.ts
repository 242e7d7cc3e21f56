/* SPDX-License-Identifier: MIT */
// PDFs as no producer at hand writes them: every kind of cross-reference, and pages turned, cut and scaled.
import { deflateSync } from "node:zlib";

export interface Made {
    version?: string;
    /** Objects by their numbers; 1 is the catalog, unless `root` says otherwise. */
    objects: Record<number, string | Buffer>;
    root?: number;
    /** More of the trailer. */
    trailer?: string;
    /** `hybrid`: a table, and a stream for what is packed in an object stream. */
    kind?: "table" | "stream" | "hybrid";
    /** Those that stand in an object stream. */
    packed?: readonly number[];
    predictor?: boolean;
}

export function stream(data: string | Buffer, dictionary = ""): Buffer {
    const bytes = Buffer.from(data);
    return Buffer.concat([Buffer.from(`<< /Length ${bytes.length} ${dictionary} >>\nstream\n`), bytes, Buffer.from("\nendstream")]);
}

function entry(type: number, second: number, third: number): Buffer {
    const bytes = Buffer.alloc(7);
    bytes.writeUInt8(type, 0);
    bytes.writeUInt32BE(second, 1);
    bytes.writeUInt16BE(third, 5);
    return bytes;
}

/** Rows of seven bytes by PNG's "up" filter. */
function filtered(rows: Buffer[]): Buffer {
    return Buffer.concat(rows.map((row, i) => Buffer.from([2, ...row.map((byte, at) => byte - (rows[i - 1]?.[at] ?? 0))])));
}

/** Runs of consecutive numbers, as a cross-reference lists them. */
function runs(numbers: number[]): number[][] {
    const all: number[][] = [];
    for (const number of numbers.sort((one, other) => one - other)) {
        const last = all.at(-1);
        if (last?.at(-1) === number - 1) {
            last.push(number);
        } else {
            all.push([number]);
        }
    }
    return all;
}

export function made({ version = "1.7", objects, root = 1, trailer = "", kind = "table", packed = [], predictor = false }: Made): Buffer {
    const pieces: Buffer[] = [];
    let length = 0;
    const places = new Map<number, number>();
    const put = (piece: string | Buffer): void => {
        const bytes = Buffer.from(piece);
        pieces.push(bytes);
        length += bytes.length;
    };
    const object = (number: number, value: string | Buffer): void => {
        places.set(number, length);
        put(`${number} 0 obj\n`);
        put(value);
        put("\nendobj\n");
    };
    put(`%PDF-${version}\n%\xe2\xe3\xcf\xd3\n`);
    const numbers = Object.keys(objects).map(Number);
    let next = Math.max(...numbers) + 1;
    for (const number of numbers.filter((each) => !packed.includes(each))) {
        object(number, objects[number] ?? "null");
    }
    const container = next;
    if (packed.length > 0) {
        next++;
        const bodies = packed.map((number) => String(objects[number]));
        const offsets = bodies.map((_, i) => bodies.slice(0, i).reduce((sum, each) => sum + each.length + 1, 0));
        const index = packed.map((number, i) => `${number} ${offsets[i]}`).join(" ") + "\n";
        object(container, stream(deflateSync(index + bodies.join("\n")), `/Type /ObjStm /N ${packed.length} /First ${index.length} /Filter /FlateDecode`));
    }
    const row = (number: number): Buffer => {
        const at = packed.indexOf(number);
        if (number === 0) return entry(0, 0, 65535);
        return at < 0 ? entry(1, places.get(number) ?? 0, 0) : entry(2, container, at);
    };
    const crossReference = (number: number, listed: number[], more: string): number => {
        const start = length;
        places.set(number, start);
        const rows = listed.map(row);
        const index = runs(listed).map((run) => `${run[0]} ${run.length}`).join(" ");
        const data = deflateSync(predictor ? filtered(rows) : Buffer.concat(rows));
        const parameters = predictor ? "/DecodeParms << /Predictor 12 /Columns 7 >>" : "";
        object(number, stream(data, `/Type /XRef /Size ${next} /W [1 4 2] /Index [${index}] /Filter /FlateDecode ${parameters} ${more}`));
        return start;
    };
    const common = `/Root ${root} 0 R ${trailer}`;
    if (kind === "stream") {
        const own = next++;
        const start = crossReference(own, [0, ...numbers, ...(packed.length > 0 ? [container] : []), own].sort((one, other) => one - other), common);
        put(`startxref\n${start}\n%%EOF\n`);
        return Buffer.concat(pieces);
    }
    const hidden = kind === "hybrid" ? crossReference(next++, [...packed], "") : undefined;
    const start = length;
    const inTable = runs([0, ...places.keys()]);
    put("xref\n");
    for (const run of inTable) {
        put(`${run[0]} ${run.length}\n`);
        for (const number of run) {
            put(number === 0 ? "0000000000 65535 f \n" : `${String(places.get(number)).padStart(10, "0")} 00000 n \n`);
        }
    }
    put(`trailer\n<< /Size ${next} ${common} ${hidden === undefined ? "" : `/XRefStm ${hidden}`} >>\nstartxref\n${start}\n%%EOF\n`);
    return Buffer.concat(pieces);
}

const FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
const TEXT = "BT /F 24 Tf 40 60 Td (Hello) Tj ET";

/** One page; `page` and `pages` go into their dictionaries, `catalog` into the catalog. Objects from 6 on are free for `more`. */
export function onePage({ page = "/MediaBox [0 0 400 300]", pages = "", catalog = "", more = {}, content = TEXT }: {
    page?: string; pages?: string; catalog?: string; more?: Record<number, string | Buffer>; content?: string;
} = {}): Record<number, string | Buffer> {
    return {
        1: `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
        2: `<< /Type /Pages /Kids [3 0 R] /Count 1 ${pages} >>`,
        3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> ${page} >>`,
        4: stream(content),
        5: FONT,
        ...more,
    };
}

/** An update as other programs append it: one object anew. */
export function updated(base: Buffer, number: number, value: string, trailer: string): Buffer {
    const [, previous = "0"] = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(base.toString("latin1")) ?? [];
    const start = base.length;
    const object = `${number} 0 obj\n${value}\nendobj\n`;
    const table = `xref\n${number} 1\n${String(start).padStart(10, "0")} 00000 n \n`;
    return Buffer.concat([base, Buffer.from(`${object}${table}trailer\n<< ${trailer} /Prev ${previous} >>\nstartxref\n${start + object.length}\n%%EOF\n`)]);
}
