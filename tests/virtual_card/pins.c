/* SPDX-License-Identifier: MIT */
#include "pins.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_SIZE 32

struct entry {
    uint8_t hash[HASH_SIZE];
    int tries;
    bool verified;
};

struct vc_pins {
    struct entry entries[VC_PIN_COUNT];
    const char *state_path;
};

static const struct {
    const char *name;
    int tries;
    size_t shortest, longest;
    bool letters;
} kinds[VC_PIN_COUNT] = {
    [VC_PIN_AUTH] = {"auth", 3, 4, 4, false},
    [VC_PIN_SIGN] = {"sign", 5, 6, 16, true},
    [VC_PIN_PROFILE] = {"profile", 3, 4, 4, false},
};

const char *vc_pin_name(enum vc_pin pin) {
    return kinds[pin].name;
}

enum vc_pin vc_pin_by_name(const char *name) {
    for (int i = 0; i < VC_PIN_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return (enum vc_pin)i;
        }
    }
    return VC_PIN_NONE;
}

static void hash_value(uint8_t hash[HASH_SIZE], const void *value, size_t size) {
    if (EVP_Q_digest(NULL, "SHA256", NULL, value, size, hash, NULL) != 1) {
        abort();
    }
}

/* A new file takes the old one's place, so that a kill leaves one or the other. */
static void save(const struct vc_pins *pins) {
    char path[4096];
    FILE *file;

    if (pins->state_path == NULL) {
        return;
    }
    if (snprintf(path, sizeof path, "%s.new", pins->state_path) >= (int)sizeof path ||
        (file = fopen(path, "w")) == NULL) {
        perror(pins->state_path);
        return;
    }
    for (int i = 0; i < VC_PIN_COUNT; i++) {
        fprintf(file, "%s %d ", kinds[i].name, pins->entries[i].tries);
        for (size_t k = 0; k < HASH_SIZE; k++) {
            fprintf(file, "%02x", pins->entries[i].hash[k]);
        }
        fputc('\n', file);
    }
    if (fclose(file) != 0 || rename(path, pins->state_path) != 0) {
        perror(pins->state_path);
    }
}

static bool parse_hash(uint8_t hash[HASH_SIZE], const char *hex) {
    unsigned byte;

    for (size_t i = 0; i < HASH_SIZE; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) {
            return false;
        }
        hash[i] = (uint8_t)byte;
    }
    return true;
}

/* A line is "NAME TRIES HASH"; a person may write it without the hash. */
static bool load(struct vc_pins *pins) {
    char line[160];
    char name[16];
    char hex[2 * HASH_SIZE + 1];
    int tries;
    int fields;
    enum vc_pin pin;
    bool fine = true;
    FILE *file;

    if (pins->state_path == NULL || (file = fopen(pins->state_path, "r")) == NULL) {
        return true;
    }
    while (fine && fgets(line, sizeof line, file) != NULL) {
        fields = sscanf(line, "%15s %d %64s", name, &tries, hex);
        pin = fields >= 2 ? vc_pin_by_name(name) : VC_PIN_NONE;
        fine = pin != VC_PIN_NONE && vc_pins_set_tries(pins, pin, tries) &&
               (fields == 2 ||
                (strlen(hex) == sizeof hex - 1 && parse_hash(pins->entries[pin].hash, hex)));
    }
    (void)fclose(file);
    return fine;
}

struct vc_pins *vc_pins_new(const char *const values[VC_PIN_COUNT], const int tries[VC_PIN_COUNT],
                            const char *state_path) {
    struct vc_pins *pins = calloc(1, sizeof *pins);

    if (pins == NULL) {
        return NULL;
    }
    for (int i = 0; i < VC_PIN_COUNT; i++) {
        hash_value(pins->entries[i].hash, values[i], strlen(values[i]));
        pins->entries[i].tries = tries[i] < 0 ? kinds[i].tries : tries[i];
    }
    pins->state_path = state_path;
    if (!load(pins)) {
        fprintf(stderr, "virtual-card: %s is not a state file\n", state_path);
        vc_pins_free(pins);
        return NULL;
    }
    save(pins);
    return pins;
}

void vc_pins_free(struct vc_pins *pins) {
    free(pins);
}

int vc_pins_tries(const struct vc_pins *pins, enum vc_pin pin) {
    return pins->entries[pin].tries;
}

bool vc_pins_set_tries(struct vc_pins *pins, enum vc_pin pin, int tries) {
    if (tries < 0 || tries > kinds[pin].tries) {
        return false;
    }
    if (pins->entries[pin].tries != tries) {
        pins->entries[pin].tries = tries;
        save(pins);
    }
    return true;
}

bool vc_pins_verified(const struct vc_pins *pins, enum vc_pin pin) {
    return pins->entries[pin].verified;
}

bool vc_pins_length_fits(enum vc_pin pin, size_t size) {
    return size >= kinds[pin].shortest && size <= kinds[pin].longest;
}

enum vc_verdict vc_pins_verify(struct vc_pins *pins, enum vc_pin pin, const uint8_t *value,
                               size_t size) {
    struct entry *entry = &pins->entries[pin];
    uint8_t hash[HASH_SIZE];

    if (entry->tries == 0) {
        entry->verified = false;
        return VC_LOCKED;
    }
    hash_value(hash, value, size);
    entry->verified = memcmp(hash, entry->hash, sizeof hash) == 0;
    if (entry->verified) {
        (void)vc_pins_set_tries(pins, pin, kinds[pin].tries);
        return VC_RIGHT;
    }
    (void)vc_pins_set_tries(pins, pin, entry->tries - 1);
    return VC_WRONG;
}

bool vc_pins_change(struct vc_pins *pins, enum vc_pin pin, const uint8_t *value, size_t size) {
    if (!vc_pins_length_fits(pin, size)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        bool digit = value[i] >= '0' && value[i] <= '9';
        bool letter = value[i] >= 'A' && value[i] <= 'Z';
        if (!digit && !(kinds[pin].letters && letter)) {
            return false;
        }
    }
    hash_value(pins->entries[pin].hash, value, size);
    save(pins);
    return true;
}

void vc_pins_forget(struct vc_pins *pins, enum vc_pin pin) {
    pins->entries[pin].verified = false;
}

void vc_pins_forget_all(struct vc_pins *pins) {
    for (int i = 0; i < VC_PIN_COUNT; i++) {
        pins->entries[i].verified = false;
    }
}
