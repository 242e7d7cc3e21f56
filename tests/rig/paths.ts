/* SPDX-License-Identifier: MIT */
// Where the things under test lie. JB_BUILD names another build directory than build/.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const BUILD = resolve(ROOT, process.env["JB_BUILD"] ?? "build");
export const HOST = process.env["JB_HOST"] ?? resolve(BUILD, "jpki-bridge");
/** Just as it is shipped: for tests of the waits that exist for people. */
export const SHIPPED = resolve(BUILD, "extension");
/** The same without these waits. */
export const EXTENSION = resolve(BUILD, "brisk/extension");
export const CLIENT_LIBRARY = resolve(BUILD, "client/jpki-bridge.js");
export const VIRTUAL_CARD = resolve(BUILD, "virtual-card");
export const CARD_DATA = process.env["JB_CARD_DATA"] ?? resolve(BUILD, "virtual-card-data");
export const SCREENSHOTS = resolve(BUILD, "screenshots");
