/* SPDX-License-Identifier: MIT */
/* read-profile: those of the four attributes that a site asked for. */
#include "jpki_bridge/command.h"
#include "jpki_bridge/profile.h"

static cJSON *make_result(const struct jb_profile *profile, unsigned fields) {
    const struct {
        unsigned field;
        const char *name, *value;
    } all[] = {{JB_FIELD_NAME, "name", profile->name},
               {JB_FIELD_ADDRESS, "address", profile->address},
               {JB_FIELD_BIRTH_DATE, "birthDate", profile->birth_date},
               {JB_FIELD_SEX, "sex", profile->sex}};
    cJSON *root = cJSON_CreateObject();

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if ((fields & all[i].field) != 0 &&
            cJSON_AddStringToObject(root, all[i].name, all[i].value) == NULL) {
            cJSON_Delete(root);
            return NULL;
        }
    }
    return root;
}

enum jb_error jb_command_read_profile(const struct jb_context *context, cJSON **result,
                                      int *tries_left) {
    const struct jb_purpose purpose = jb_command_purpose(context->request);
    struct jb_unlocked unlocked = {0};
    struct jb_profile profile = {0};
    enum jb_error error = jb_unlock(context, &purpose, &unlocked, tries_left);

    if (error == JB_OK && (error = jb_profile_read(unlocked.card, &profile)) == JB_OK) {
        jb_card_end(unlocked.card);
        *result = make_result(&profile, context->request->fields);
        error = *result != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;
    }
    jb_profile_clear(&profile);
    jb_unlocked_clear(&unlocked);
    return error;
}
