// SPDX-License-Identifier: MIT
import { declare } from "../declared.ts";

declare({ language: "en" });
