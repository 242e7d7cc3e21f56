/* SPDX-License-Identifier: MIT */
// @ts-check
// Sign a text: the server keeps it and answers its hash, the card signs the hash, the server verifies.
import { getSigningCertificate, sign } from "/jpki-bridge.js";
import { checkList, element, lang, onPress, post, show, t } from "./common.js";

/** @returns {Promise<{ hash: string, hashFunction: "SHA-256" }>} */
const sendText = () => post("/api/document", { text: /** @type {HTMLTextAreaElement} */ (document.getElementById("text")).value });

/** @param {string} hash @param {object} answer certificate, signature and signatureAlgorithm */
async function finish(hash, answer) {
    const { text, name, subject, serial, checks } = await post("/api/signature", { hash, answer });
    const facts = [["sign.name", name], ["sign.document", text], ["sign.hash", hash], ["account.subject", subject], ["account.serial", serial]];
    const list = element("dl", "", ...facts.flatMap(([key, value]) => value ? [element("dt", t(key)), element("dd", value)] : []));
    show("good", element("h2", t("sign.done")), list, element("h2", t("verified")), checkList(checks));
}

// One entry of the password: the certificate comes with the signature.
onPress("sign-once", async () => {
    const { hash, hashFunction } = await sendText();
    await finish(hash, await sign(undefined, hash, hashFunction, { lang }));
});

// Web eID's two steps, for sites that must know the signer before they make the document.
onPress("sign-twice", async () => {
    const { certificate } = await getSigningCertificate({ lang });
    show("working", element("p", t("sign.certificate")));
    const { hash, hashFunction } = await sendText();
    const { signature, signatureAlgorithm } = await sign(certificate, hash, hashFunction, { lang });
    await finish(hash, { certificate, signature, signatureAlgorithm });
});
