/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <ftw.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400L
#define RSA_BYTES 256
#define CA_SERIAL 99

char scene_home[] = "/tmp/jb-test-scene-XXXXXX";

static EVP_PKEY *key, *ca_key;
static enum jb_io (*plain_transmit)(void *, const uint8_t *, size_t, uint8_t *, size_t *);
static struct scene *current;

/* assert() that stays in an optimised build. */
static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

int scene_set_up(void **state) {
    (void)state;
    key = EVP_RSA_gen(RSA_BYTES * 8);
    ca_key = EVP_EC_gen("P-256"); /* an RSA one takes long to make */
    return key != NULL && ca_key != NULL ? 0 : -1;
}

int scene_tear_down(void **state) {
    (void)state;
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    key = ca_key = NULL;
    return 0;
}

int scene_set_up_home(void **state) {
    if (mkdtemp(scene_home) == NULL || setenv("HOME", scene_home, 1) != 0 ||
        setenv("XDG_CONFIG_HOME", scene_home, 1) != 0 ||
        setenv("XDG_RUNTIME_DIR", scene_home, 1) != 0) {
        return -1;
    }
    return scene_set_up(state);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *ftw) {
    (void)status;
    (void)kind;
    (void)ftw;
    return remove(path);
}

int scene_tear_down_home(void **state) {
    int left = nftw(scene_home, remove_one, 4, FTW_DEPTH | FTW_PHYS);

    return scene_tear_down(state) == 0 && left == 0 ? 0 : -1;
}

/* Only the CA may issue others. */
static bool add_constraints(X509 *x509, bool is_ca) {
    BASIC_CONSTRAINTS constraints = {.ca = is_ca ? 0xFF : 0};

    return X509_add1_ext_i2d(x509, NID_basic_constraints, &constraints, 1, 0) == 1;
}

/* The attributes of the signing certificate, as the scene has them; null where it has none. */
static GENERAL_NAMES *personal_data(const struct scene *scene) {
    GENERAL_NAMES *names = NULL;

    for (int i = 0; i < JB_ATTRIBUTE_COUNT; i++) {
        char oid[] = "1.2.392.200149.8.5.5.1";
        if (scene->attributes[i] == NULL) {
            continue;
        }
        names = names != NULL ? names : GENERAL_NAMES_new();
        GENERAL_NAME *name = GENERAL_NAME_new();
        ASN1_TYPE *value = ASN1_TYPE_new();
        ASN1_STRING *text = ASN1_STRING_type_new(V_ASN1_UTF8STRING);
        must(names != NULL && name != NULL && value != NULL && text != NULL &&
             ASN1_STRING_set(text, scene->attributes[i], -1) == 1);
        oid[sizeof oid - 2] = (char)('1' + i);
        ASN1_TYPE_set(value, V_ASN1_UTF8STRING, text);
        must(GENERAL_NAME_set0_othername(name, OBJ_txt2obj(oid, 1), value) == 1 &&
             sk_GENERAL_NAME_push(names, name) > 0);
    }
    return names;
}

/* Writes a certificate of the CA's for the key to a file of FAKE_FILE_MAX bytes. */
static size_t certify(EVP_PKEY *whose, const char *name, long serial, long from, long to,
                      GENERAL_NAMES *names, uint8_t *file) {
    X509 *x509 = X509_new();
    uint8_t *at = file;

    must(x509 != NULL);
    must(X509_set_version(x509, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set(X509_get_serialNumber(x509), serial) == 1 &&
         X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                    (const uint8_t *)name, -1, -1, 0) == 1 &&
         X509_NAME_add_entry_by_txt(X509_get_issuer_name(x509), "CN", MBSTRING_ASC,
                                    (const uint8_t *)"CA", -1, -1, 0) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(x509), from) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(x509), to) != NULL &&
         X509_set_pubkey(x509, whose) == 1 && add_constraints(x509, whose == ca_key) &&
         (names == NULL ||
          X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND) == 1) &&
         X509_sign(x509, ca_key, EVP_sha256()) > 0);
    int len = i2d_X509(x509, NULL);
    must(len > 0 && len <= FAKE_FILE_MAX && i2d_X509(x509, &at) == len);
    X509_free(x509);
    return (size_t)len;
}

void scene_certify(struct scene *scene, enum jb_key which, long from, long to) {
    GENERAL_NAMES *names = which == JB_KEY_SIGN ? personal_data(scene) : NULL;

    scene->card.file_len[which] =
        certify(key, "holder", 1 + (long)which, from, to, names, scene->card.file[which]);
    GENERAL_NAMES_free(names);
}

/* The RSA that a card does: PKCS #1 type 1 padding of what it is given. */
static void sign(const uint8_t *input, size_t len, uint8_t *out) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    size_t out_len = RSA_BYTES;

    must(context != NULL && EVP_PKEY_sign_init(context) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_sign(context, out, &out_len, input, len) == 1 && out_len == RSA_BYTES);
    EVP_PKEY_CTX_free(context);
}

static enum jb_io transmit(void *connection, const uint8_t *command, size_t len, uint8_t *response,
                           size_t *response_len) {
    enum jb_io io = plain_transmit(connection, command, len, response, response_len);

    if (command[1] == 0x2A && *response_len == RSA_BYTES + 2) {
        sign(command + 5, command[4], response);
        response[RSA_BYTES - 1] ^= current->bad_signature ? 1 : 0;
    }
    return io;
}

static void on_event(void *context, const struct jb_event *event) {
    struct scene *scene = context;
    size_t len = strlen(scene->events);
    char letter = "rcpw"[event->kind];

    if (event->keypad || event->confirm) {
        letter = event->keypad ? 'k' : 'y';
    }
    if (event->fresh || event->again) {
        letter = event->fresh ? 'n' : 'a';
    }
    must(len + 1 < sizeof scene->events);
    scene->events[len] = letter;
}

static const struct jb_config no_config;

void scene_begin(struct scene *scene, const struct fake_answer *answers, size_t count) {
    memset(scene, 0, sizeof *scene);
    current = scene;
    fake_card_init(&scene->card);
    scene_certify(scene, JB_KEY_AUTH, -DAY, DAY);
    scene_certify(scene, JB_KEY_SIGN, -DAY, DAY);
    scene->card.ca_len = certify(ca_key, "CA", CA_SERIAL, -DAY, DAY, NULL, scene->card.ca);
    fake_init(&scene->fake, &scene->card);
    plain_transmit = scene->fake.base.transmit;
    scene->fake.base.transmit = transmit;
    scene->fake.context = scene;
    scene->op = jb_op_new(60000, on_event, scene);
    must(scene->op != NULL);
    scene->request = (struct jb_request){.command = JB_COMMAND_AUTHENTICATE, .lang = JB_LANG_EN};
    memcpy(scene->request.origin, SCENE_ORIGIN, sizeof SCENE_ORIGIN);
    memcpy(scene->request.nonce, SCENE_NONCE, sizeof SCENE_NONCE);
    scene->context = (struct jb_context){.transport = &scene->fake.base,
                                         .op = scene->op,
                                         .request = &scene->request,
                                         .config = &no_config};
    scene->tries_left = -1;
    fake_prompts = (struct fake_prompts){
        .answers = answers, .count = count, .fake = &scene->fake, .context = scene};
}

void scene_end(struct scene *scene) {
    jb_unlocked_clear(&scene->unlocked);
    jb_request_clear(&scene->request);
    jb_op_free(&scene->op);
    must(scene->fake.connections == 0 && scene->fake.transactions == 0);
    must(!scene->card.verified[JB_PIN_AUTH] && !scene->card.verified[JB_PIN_SIGN] &&
         !scene->card.verified[JB_PIN_PROFILE]);
    must(fake_prompts.open == 0);
}

enum jb_error scene_unlock(struct scene *scene, enum jb_key which) {
    return scene_unlock_pin(scene, which == JB_KEY_AUTH ? JB_PIN_AUTH : JB_PIN_SIGN);
}

enum jb_error scene_unlock_pin(struct scene *scene, enum jb_pin pin) {
    static const enum jb_prompt_purpose purposes[] = {
        [JB_PIN_AUTH] = JB_PURPOSE_LOGIN,
        [JB_PIN_SIGN] = JB_PURPOSE_SIGN,
        [JB_PIN_PROFILE] = JB_PURPOSE_PROFILE,
    };
    const struct jb_purpose purpose = {.pin = pin, .prompt = purposes[pin]};

    return jb_unlock(&scene->context, &purpose, &scene->unlocked, &scene->tries_left);
}

void scene_take_time_away(struct fake *fake, unsigned number) {
    struct scene *scene = fake->context;

    (void)number;
    jb_op_cancel(scene->op, JB_ERR_TIMEOUT);
}

unsigned scene_verifies(const struct scene *scene) {
    unsigned count = 0;

    for (unsigned i = 0; i < scene->fake.commands && i < FAKE_LOG_MAX; i++) {
        count += strncmp(scene->fake.log[i], "00 20", 5) == 0 &&
                 strstr(scene->fake.log[i], "**") != NULL;
    }
    return count;
}
