// SPDX-License-Identifier: MIT
import { declare } from "../declared.ts";

declare({ mynaportal: false });
