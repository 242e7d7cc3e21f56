/* SPDX-License-Identifier: MIT */
// @ts-check
// Fill in a form with what the person lets the site have from the card. Nothing of it goes to the server by itself.
import { readProfile } from "/jpki-bridge.js";
import { element, lang, onPress, show, t } from "./common.js";

/** @param {string} id @param {string | undefined} value */
function fill(id, value) {
    const field = /** @type {HTMLInputElement | HTMLSelectElement} */ (document.getElementById(id));
    if (value !== undefined) {
        field.value = value;
    }
}

onPress("read", async () => {
    const { name, address, birthDate, sex } = await readProfile(["name", "address", "birthDate", "sex"], { lang });
    fill("name", name);
    fill("address", address);
    // The card has YYYYMMDD, with zeros where a part is not known; a field for dates takes only a whole one.
    fill("birthDate", birthDate?.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3"));
    fill("sex", sex);
    show("good", element("h2", t("profile.done")), element("p", t("profile.done.note")));
});
