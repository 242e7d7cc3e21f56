/* SPDX-License-Identifier: MIT */
// @ts-check
// The same log-in without any library of ours: what a site that uses web-eid.js does.
import { lang, onPress, post, t } from "./common.js";
import { request } from "./web-eid.js";

onPress("log-in", async () => {
    const { nonce } = await post("/api/nonce");
    const { unverifiedCertificate, algorithm, signature, format, appVersion } =
        await request("web-eid:authenticate", { challengeNonce: nonce, options: { lang } }, t("unavailable"));
    await post("/api/login", { nonce, token: { unverifiedCertificate, algorithm, signature, format, appVersion } });
    location.assign(`/account?lang=${lang}`);
});
