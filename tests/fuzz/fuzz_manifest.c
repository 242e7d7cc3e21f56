/* SPDX-License-Identifier: MIT */
/*
 * A browser's manifest of a native host, of any bytes: read, and written again with the extensions
 * that were found in it. What is written is ours, lets all of ours in and loses nobody who was let
 * in beside them.
 */
#include <stdlib.h>
#include <string.h>

#include "../../host/cli/manifest.h"
#include "../../host/cli/place.h"
#include "folder.h"

static const char self[] = "/usr/bin/true";
static const char *place;

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
    place = folder_home("manifests");
    return 0;
}

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_manifest before, after;
    bool registered;

    if (size == 0) {
        return 0;
    }
    const struct jb_native_host *host = &jb_native_hosts[data[0] % JB_HOST_COUNT];
    enum jb_browser_kind kind = (data[0] & 0x80) != 0 ? JB_BROWSER_FIREFOX : JB_BROWSER_CHROMIUM;
    char *path = jb_place_manifest(place, host, kind, &registered);
    must(path != NULL);
    folder_write(strrchr(path, '/') + 1, data + 1, size - 1);
    jb_manifest_read(place, host, kind, self, &before);
    must(before.state != JB_MANIFEST_ABSENT && before.path != NULL);
    must(before.state == JB_MANIFEST_BROKEN || before.program != NULL);
    must(before.state != JB_MANIFEST_OURS || before.runs);
    must(jb_manifest_write(place, host, kind, self, &before.others) != JB_MANIFEST_FAILED);
    jb_manifest_read(place, host, kind, self, &after);
    must(after.state == JB_MANIFEST_OURS && after.runs && after.ids);
    must(after.others.count == before.others.count);
    jb_manifest_clear(&after);
    jb_manifest_clear(&before);
    free(path);
    return 0;
}
