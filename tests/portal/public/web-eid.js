/* SPDX-License-Identifier: MIT */
// @ts-check
// The Web eID page protocol by hand, in the least code that is right: one message to the window, an
// acknowledgement within a second, then one answer. web-eid.js sends and expects the same messages.

/**
 * @param {string} action for example "web-eid:authenticate"
 * @param {{ options?: { lang?: string, userInteractionTimeout?: number }, [name: string]: unknown }} fields
 * @param {string} unavailable the sentence for a page that nobody answers
 * @returns {Promise<Record<string, unknown>>}
 */
export function request(action, fields, unavailable) {
    return new Promise((resolve, reject) => {
        const fail = (/** @type {object} */ error) => { end(); reject(Object.assign(new Error(), error)); };
        const end = () => {
            window.removeEventListener("message", receive);
            clearTimeout(acknowledged);
            clearTimeout(answered);
        };
        const receive = (/** @type {MessageEvent} */ event) => {
            if (event.source !== window) {
                return;
            } else if (event.data?.action === `${action}-ack`) {
                clearTimeout(acknowledged);
            } else if (event.data?.action === `${action}-success`) {
                end();
                resolve(event.data);
            } else if (event.data?.action === `${action}-failure`) {
                fail(event.data.error);
            }
        };
        const acknowledged = setTimeout(fail, 1000, { code: "ERR_WEBEID_EXTENSION_UNAVAILABLE", message: unavailable });
        const patience = 6000 + 2 * (fields.options?.userInteractionTimeout ?? 120_000);
        const answered = setTimeout(fail, patience, { code: "ERR_WEBEID_ACTION_TIMEOUT", message: unavailable });
        window.addEventListener("message", receive);
        window.postMessage({ action, libraryVersion: "2.1.0", ...fields }, location.origin);
    });
}
