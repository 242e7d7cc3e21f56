/* SPDX-License-Identifier: MIT */
/* A change of PIN in a scene, with a configuration directory of its own. */
#ifndef CHANGE_RIG_H
#define CHANGE_RIG_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "unit.h"

#define NEW "7391"
#define NEW_PASSWORD "NEKO7391X"

/* How many prompts there are when all goes well: old, new, again. */
#define PROMPTS 3

static char directory[] = "/tmp/jb-test-change-XXXXXX";

static inline void begin(struct scene *scene, const struct fake_answer *answers, size_t count,
                         enum jb_pin pin) {
    scene_begin(scene, answers, count);
    scene->request.command = JB_COMMAND_CHANGE_PIN;
    scene->request.pin = pin;
    scene->request.origin[0] = '\0';
}

static inline enum jb_error run(struct scene *scene) {
    cJSON *result = NULL;
    enum jb_error error = jb_command_run(&scene->context, &result, &scene->tries_left);

    if (error == JB_OK) {
        assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "changed")));
        assert_int_equal(cJSON_GetArraySize(result), 1);
    } else {
        assert_null(result);
    }
    cJSON_Delete(result);
    return error;
}

static inline enum jb_prompt_kind kind(unsigned n) {
    assert_true(n < fake_prompts.shown);
    return fake_prompts.request[n].kind;
}

static const struct fake_answer digits[] = {{.pin = "1234"}, {.pin = NEW}, {.pin = NEW}};
static const struct fake_answer password[] = {
    {.pin = "abc123"}, {.pin = NEW_PASSWORD}, {.pin = "neko7391x"}};
static const struct fake_answer profile[] = {{.pin = "5678"}, {.pin = NEW}, {.pin = NEW}};

/* A holder's configuration and runtime directories of this run's own. */
static inline int set_up(void **state) {
    if (mkdtemp(directory) == NULL || setenv("HOME", directory, 1) != 0 ||
        setenv("XDG_CONFIG_HOME", directory, 1) != 0 ||
        setenv("XDG_RUNTIME_DIR", directory, 1) != 0) {
        return -1;
    }
    return scene_set_up(state);
}

static inline int remove_one(const char *path, const struct stat *status, int type,
                             struct FTW *ftw) {
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int tear_down(void **state) {
    int left = nftw(directory, remove_one, 4, FTW_DEPTH | FTW_PHYS);

    return scene_tear_down(state) == 0 && left == 0 ? 0 : -1;
}

#endif
