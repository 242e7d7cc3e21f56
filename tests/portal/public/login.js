/* SPDX-License-Identifier: MIT */
// @ts-check
// Log in with the client library: fetch a nonce, let the card sign it, hand the token to the server.
import { authenticate } from "/jpki-bridge.js";
import { lang, onPress, post } from "./common.js";

onPress("log-in", async () => {
    const { nonce } = await post("/api/nonce");
    const token = await authenticate(nonce, { lang });
    await post("/api/login", { nonce, token });
    location.assign(`/account?lang=${lang}`);
});
