/* SPDX-License-Identifier: MIT */
/* virtual-card-data DIR: makes the keys, certificates and profile data of the virtual cards.
   Does nothing when DIR is there and fresh; otherwise DIR is replaced as a whole. In DIR lies the
   card; DIR/other is another person's, of the same authorities, and DIR/partial that of one whose
   name had to be written with other characters and whose day of birth is not known; DIR/rogue is a
   card whose authorities only have the same names. */
#include "certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT 2 /* raise it when what is made changes */
#define DAY 86400L
#define FRESH (7 * DAY)
#define JST_OFFSET (9 * 3600L)

static const char *const use_names[] = {[VC_USE_AUTH] = "auth", [VC_USE_SIGN] = "sign"};

#define REPEAT5(text) text text text text text
#define REPEAT10(text) REPEAT5(text) REPEAT5(text)

static const struct vc_holder holders[] = {
    {"", "見本　花子", "東京都千代田区霞が関二丁目１番２号",
     "ＭＩＨＯＮ　ＨＡＮＡＫＯ　" REPEAT5("ＭＡＲＩＡ　ＡＮＴＯＮＩＡ　") "（見本　花子）",
     "東京都千代田区霞が関二丁目１番２号　" REPEAT10(
         "とてもながいなまえのたてもの南館") "１２０３号室",
     "2", "19850504", "319850504", "Tokyo-to", "Chiyoda-ku", "4E7Q2ZK9W1C8T5XBM3HDJ6RA",
     "123456789018", "AB12345678901"},
    {"other", "試験　太郎", "大阪府大阪市北区中之島一丁目３番２０号",
     "ＳＨＩＫＥＮ　ＴＡＲＯ　" REPEAT5("ＪＯＳＥ　ＭＡＮＵＥＬ　　　　") "（試験　太郎）",
     "大阪府大阪市北区中之島一丁目３番２０号　" REPEAT10(
         "とてもながいなまえのたてもの北館") "７号室",
     "1", "19991103", "419991103", "Osaka-fu", "Osaka-shi", "9B3V6NY0F2L7P4SGC8WEKQ1T",
     "210987654320", "CD98765432109"},
    {"partial", "〓藤　花〓", "京都府京都市〓京区", "〓藤　花〓", "京都府京都市〓京区", "3",
     "19500000", "319500000", "Kyoto-fu", "Kyoto-shi", "7T1C4XQ9W2K8N5ZBM6HDJ3RV", "345678901232",
     "GH24681357902"},
    {"rogue", "偽物　次郎", "北海道札幌市中央区北一条西二丁目", "偽物　次郎",
     "北海道札幌市中央区北一条西二丁目", "1", "20000101", "420000101", "Hokkaido", "Sapporo-shi",
     "0R5X8DH1J6M9U2AQZ7CVT3NB", "000000000000", "EF00000000000"},
};

/* 23:59:59 in Japan on the day that lies so many days after the one that holds moment. */
static time_t end_of_day(time_t moment, long days) {
    time_t japan = moment + JST_OFFSET + days * DAY;

    return japan - japan % DAY + DAY - 1 - JST_OFFSET;
}

/* The fifth birthday after the day of issue, as the law has it. */
static time_t fifth_birthday(time_t issue, const char *birth) {
    struct tm tm;
    time_t japan = issue + JST_OFFSET;
    int month;
    int day;

    (void)gmtime_r(&japan, &tm);
    (void)sscanf(birth + 4, "%2d%2d", &month, &day);
    month--;
    tm.tm_year += month > tm.tm_mon || (month == tm.tm_mon && day > tm.tm_mday) ? 4 : 5;
    tm.tm_mon = month;
    tm.tm_mday = day;
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    return end_of_day(timegm(&tm) - JST_OFFSET, 0);
}

static FILE *create(const char *directory, const char *name) {
    char path[PATH_MAX];
    FILE *file = NULL;

    if (snprintf(path, sizeof path, "%s/%s", directory, name) < (int)sizeof path) {
        file = fopen(path, "wbe");
    }
    if (file == NULL) {
        perror(name);
    }
    return file;
}

/* Closes the file in every case. */
static bool finish(FILE *file, bool written) {
    return fclose(file) == 0 && written;
}

static bool write_bytes(const char *directory, const char *name, const void *bytes, size_t size) {
    FILE *file = create(directory, name);

    return file != NULL && finish(file, fwrite(bytes, 1, size, file) == size);
}

static bool write_key(const char *directory, const char *name, EVP_PKEY *key) {
    FILE *file = create(directory, name);

    return file != NULL &&
           finish(file, PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
}

/* Frees the certificate. */
static bool write_certificate(const char *directory, const char *name, X509 *certificate) {
    FILE *file = certificate == NULL ? NULL : create(directory, name);
    bool fine = file != NULL && finish(file, PEM_write_X509(file, certificate) == 1);

    X509_free(certificate);
    return fine;
}

/* --- the profile application ----------------------------------------------------------------- */

struct bytes {
    uint8_t data[4096];
    size_t size;
};

/* BER-TLV with the two-byte tags of the profile application. */
static void put_tlv(struct bytes *out, unsigned tag, const void *value, size_t size) {
    out->data[out->size++] = (uint8_t)(tag >> 8);
    out->data[out->size++] = (uint8_t)tag;
    if (size >= 256) {
        out->data[out->size++] = 0x82;
        out->data[out->size++] = (uint8_t)(size >> 8);
    } else if (size >= 128) {
        out->data[out->size++] = 0x81;
    }
    out->data[out->size++] = (uint8_t)size;
    memcpy(out->data + out->size, value, size);
    out->size += size;
}

static bool write_attributes(const char *directory, const char *file, const char *name,
                             const char *address, const struct vc_holder *holder) {
    static const uint8_t header[9] = {0x01, 0x00, 0x05};
    struct bytes inner = {.size = 0};
    struct bytes outer = {.size = 0};

    put_tlv(&inner, 0xDF21, header, sizeof header);
    put_tlv(&inner, 0xDF22, name, strlen(name));
    put_tlv(&inner, 0xDF23, address, strlen(address));
    put_tlv(&inner, 0xDF24, holder->birth, strlen(holder->birth));
    put_tlv(&inner, 0xDF25, holder->sex, strlen(holder->sex));
    put_tlv(&outer, 0xFF20, inner.data, inner.size);
    return write_bytes(directory, file, outer.data, outer.size);
}

static bool write_profile(const char *directory, const struct vc_holder *holder) {
    static const uint8_t version[] = {0x01, 0x00};
    struct bytes number = {.size = 0};
    struct bytes inner = {.size = 0};
    struct bytes basic = {.size = 0};
    char record[32] = {(char)0xC0, 15};

    put_tlv(&number, 0xDF10, holder->number, strlen(holder->number));
    number.size = 17; /* the file's size; zeros follow */
    put_tlv(&inner, 0xDF41, version, sizeof version);
    put_tlv(&inner, 0xDF42, version, sizeof version);
    put_tlv(&basic, 0xFF40, inner.data, inner.size);
    (void)snprintf(record + 2, sizeof record - 2, "10%s", holder->manufacture);
    return write_bytes(directory, "number.bin", number.data, number.size) &&
           write_attributes(directory, "attributes.bin", holder->name, holder->address, holder) &&
           write_attributes(directory, "attributes-long.bin", holder->long_name,
                            holder->long_address, holder) &&
           write_bytes(directory, "basic.bin", basic.data, basic.size) &&
           write_bytes(directory, "manufacture.bin", record, 17);
}

/* --- keys and certificates ------------------------------------------------------------------- */

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
};

static bool make_authority(struct authority *authority, enum vc_use use, time_t now) {
    authority->key = EVP_RSA_gen(2048);
    authority->certificate =
        authority->key == NULL ? NULL
                               : vc_certificate_authority(use, authority->key, now - 6L * 365 * DAY,
                                                          end_of_day(now, 6L * 365));
    return authority->certificate != NULL;
}

static void free_authority(struct authority *authority) {
    EVP_PKEY_free(authority->key);
    X509_free(authority->certificate);
}

/* Normal, expired and renewal, each with ordinary and long names: one key, its certificates. */
static bool make_certificates(const char *directory, enum vc_use use,
                              const struct vc_holder *holder, const struct authority *authority,
                              time_t now) {
    const time_t issued = now - 365 * DAY;
    const struct {
        const char *ending;
        time_t from, to;
    } kinds[] = {
        {"", issued, fifth_birthday(issued, holder->birth)},
        {"-expired", now - (5L * 365 + 30) * DAY, end_of_day(now, -30)},
        {"-renewal", now - (5L * 365 - 45) * DAY, end_of_day(now, 45)},
    };
    EVP_PKEY *key = EVP_RSA_gen(2048);
    char name[64];
    bool fine = key != NULL;

    (void)snprintf(name, sizeof name, "%s.key", use_names[use]);
    fine = fine && write_key(directory, name, key);
    for (int names = 0; names < (use == VC_USE_SIGN ? 2 : 1); names++) {
        for (size_t i = 0; fine && i < sizeof kinds / sizeof *kinds; i++) {
            (void)snprintf(name, sizeof name, "%s%s%s.pem", use_names[use],
                           names == 1 ? "-long" : "", kinds[i].ending);
            fine = write_certificate(directory, name,
                                     vc_certificate_for(use, holder, names, key,
                                                        authority->certificate, authority->key,
                                                        kinds[i].from, kinds[i].to));
        }
    }
    EVP_PKEY_free(key);
    return fine;
}

static bool make_card(const char *top, const struct vc_holder *holder,
                      const struct authority authorities[2], time_t now) {
    char directory[PATH_MAX];
    char name[32];
    bool fine = snprintf(directory, sizeof directory, "%s/%s", top, holder->directory) <
                (int)sizeof directory;

    if (!fine || (mkdir(directory, 0700) != 0 && errno != EEXIST)) {
        perror(holder->directory);
        return false;
    }
    for (int use = 0; fine && use < 2; use++) {
        (void)snprintf(name, sizeof name, "%s-ca.key", use_names[use]);
        fine = write_key(directory, name, authorities[use].key);
        (void)snprintf(name, sizeof name, "%s-ca.pem", use_names[use]);
        fine = fine && X509_up_ref(authorities[use].certificate) == 1 &&
               write_certificate(directory, name, authorities[use].certificate) &&
               make_certificates(directory, (enum vc_use)use, holder, &authorities[use], now);
    }
    return fine && write_profile(directory, holder);
}

static bool make_all(const char *directory, time_t now) {
    struct authority authorities[2] = {{NULL, NULL}, {NULL, NULL}};
    struct authority rogues[2] = {{NULL, NULL}, {NULL, NULL}};
    char stamp[64];
    bool fine = true;

    for (int use = 0; fine && use < 2; use++) {
        fine = make_authority(&authorities[use], (enum vc_use)use, now) &&
               make_authority(&rogues[use], (enum vc_use)use, now);
    }
    for (size_t i = 0; fine && i < sizeof holders / sizeof *holders; i++) {
        bool rogue = strcmp(holders[i].directory, "rogue") == 0;
        fine = make_card(directory, &holders[i], rogue ? rogues : authorities, now);
    }
    (void)snprintf(stamp, sizeof stamp, "%d %lld\n", FORMAT, (long long)now);
    fine = fine && write_bytes(directory, "stamp", stamp, strlen(stamp));
    for (int use = 0; use < 2; use++) {
        free_authority(&authorities[use]);
        free_authority(&rogues[use]);
    }
    return fine;
}

/* --- the directory --------------------------------------------------------------------------- */

enum freshness { ABSENT, FOREIGN, STALE, FRESH_ENOUGH };

static enum freshness look(const char *directory, time_t now) {
    char path[PATH_MAX];
    int format;
    long long made;
    FILE *file = NULL;
    bool read;

    if (access(directory, F_OK) != 0) {
        return ABSENT;
    }
    if (snprintf(path, sizeof path, "%s/stamp", directory) < (int)sizeof path) {
        file = fopen(path, "re");
    }
    if (file == NULL) {
        return FOREIGN;
    }
    read = fscanf(file, "%d %lld", &format, &made) == 2;
    (void)fclose(file);
    return read && format == FORMAT && made <= now && now - made < FRESH ? FRESH_ENOUGH : STALE;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_tree(const char *directory) {
    (void)nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* A reader sees the old directory or the new one, never half of either. */
static bool replace(const char *directory, const char *made, enum freshness before) {
    char old[PATH_MAX];

    if (snprintf(old, sizeof old, "%s.old", made) >= (int)sizeof old ||
        (before != ABSENT && rename(directory, old) != 0) || rename(made, directory) != 0) {
        perror(directory);
        return false;
    }
    if (before != ABSENT) {
        remove_tree(old);
    }
    return true;
}

int main(int argc, char *argv[]) {
    char lock_path[PATH_MAX];
    char made[PATH_MAX];
    time_t now = time(NULL);
    enum freshness before;
    int lock;
    bool fine;

    if (argc != 2 || *argv[1] == '\0') {
        fputs("virtual-card-data DIR\n", stderr);
        return 64;
    }
    if (snprintf(lock_path, sizeof lock_path, "%s.lock", argv[1]) >= (int)sizeof lock_path ||
        snprintf(made, sizeof made, "%s.XXXXXX", argv[1]) >= (int)sizeof made) {
        fputs("virtual-card-data: that path is too long\n", stderr);
        return 1;
    }
    lock = open(lock_path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) != 0) {
        perror(lock_path);
        return 1;
    }
    before = look(argv[1], now);
    if (before == FRESH_ENOUGH) {
        return 0;
    }
    if (before == FOREIGN) {
        fprintf(stderr, "virtual-card-data: %s is not mine to replace\n", argv[1]);
        return 1;
    }
    (void)umask(077);
    if (mkdtemp(made) == NULL) {
        perror(made);
        return 1;
    }
    fine = make_all(made, now) && replace(argv[1], made, before);
    if (!fine) {
        fputs("virtual-card-data: failed\n", stderr);
        ERR_print_errors_fp(stderr);
        remove_tree(made);
    }
    return fine ? 0 : 1;
}
