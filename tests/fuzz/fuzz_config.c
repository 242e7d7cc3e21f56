/* SPDX-License-Identifier: MIT */
/*
 * A person's config.json of any bytes. What is taken is what stands there; trusting and distrusting
 * change one origin and nothing else; a file that is not valid is never written over.
 */
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/json.h"
#include "jpki_bridge/origin.h"
#include "jpki_bridge/platform.h"

static const char origin[] = "https://a.example.jp";

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
    (void)folder_home("jpki-bridge");
    return 0;
}

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

/* Loads it; a sound one is kept in *config, which is cleared by the caller in any case. */
static bool load(struct jb_config *config) {
    struct jb_fault fault;
    enum jb_error error = jb_config_load(config, &fault);

    must(error == JB_OK || error == JB_ERR_CONFIG_INVALID);
    must((error == JB_OK) == (fault.kind == JB_FAULT_NONE));
    must(config->trusted_count <= JB_TRUSTED_ORIGINS_MAX);
    for (size_t i = 0; i < config->trusted_count; i++) {
        must(jb_origin_is_valid(config->trusted[i]));
    }
    must(config->pinentry == NULL || config->pinentry[0] == '/');
    return error == JB_OK;
}

/* Every other origin is trusted as before. */
static void same_but_one(const struct jb_config *before, const struct jb_config *after) {
    for (size_t i = 0; i < before->trusted_count; i++) {
        must(strcmp(before->trusted[i], origin) == 0 ||
             jb_config_trusts(after, before->trusted[i]));
    }
    must((before->pinentry == NULL) == (after->pinentry == NULL));
    must(before->pinentry == NULL || strcmp(before->pinentry, after->pinentry) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_config before, after;
    char id[JB_INSTALLATION_ID_LEN + 1], again[JB_INSTALLATION_ID_LEN + 1];

    folder_write("jpki-bridge/config.json", data, size);
    bool sound = load(&before);
    bool full = before.trusted_count == JB_TRUSTED_ORIGINS_MAX;
    enum jb_error error = jb_config_trust(NULL, origin);
    must((error == JB_OK) == (sound && (!full || jb_config_trusts(&before, origin))));
    must(load(&after) == sound);
    must(error != JB_OK || jb_config_trusts(&after, origin));
    same_but_one(&before, &after);
    jb_config_clear(&after);
    must((jb_config_distrust(NULL, origin) == JB_OK) == sound);
    must(load(&after) == sound && !jb_config_trusts(&after, origin));
    same_but_one(&before, &after);
    jb_config_clear(&after);
    jb_config_clear(&before);

    folder_write("jpki-bridge/installation.json", data, size);
    struct jb_fault fault = {.kind = JB_FAULT_NONE};
    bool kept = jb_config_installation_is_sound(&fault);
    must(kept == (fault.kind == JB_FAULT_NONE));
    must((jb_config_installation_id(NULL, id) == JB_OK) == kept);
    must(!kept || (jb_config_installation_id(NULL, again) == JB_OK && strcmp(id, again) == 0));
    return 0;
}
