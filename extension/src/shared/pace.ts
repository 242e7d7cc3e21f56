// SPDX-License-Identifier: MIT
// Times that exist for people and for nothing else, in milliseconds.

/** How long a session window must have had the focus before Continue takes a press. */
export const SETTLING_TIME = 1_000;
/** How long a session window shows its success. */
export const SUCCESS_SHOWN = 2_500;
/** Between two looks at the card. */
export const CARD_INTERVAL = 1_500;
/** Between two looks at how far a computer is set up. */
export const SET_UP_INTERVAL = 2_000;
