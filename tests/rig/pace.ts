// SPDX-License-Identifier: MIT
// In the place of extension/src/shared/pace.ts in the extension that most browser tests have (build.ts --brisk): nobody reads there.
import type * as people from "../../extension/src/shared/pace.ts";

export const { SETTLING_TIME, SUCCESS_SHOWN, CARD_INTERVAL, SET_UP_INTERVAL }: Record<keyof typeof people, number> = {
    SETTLING_TIME: 100,
    SUCCESS_SHOWN: 150,
    CARD_INTERVAL: 250,
    SET_UP_INTERVAL: 250,
};
