/* SPDX-License-Identifier: MIT */
import { lookAfterTheCard } from "./care-looks.ts";

lookAfterTheCard("light");
