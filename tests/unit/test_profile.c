/* SPDX-License-Identifier: MIT */
/* The profile application's file and the manufacture number, as they must be and as they must not.
 */
#include "jpki_bridge/profile.h"

#include <stdlib.h>
#include <string.h>

#include "fake_session.h"
#include "unit.h"

#define NAME "見本　花子"
#define ADDRESS "東京都千代田区一丁目"

/* A file that a test builds. */
struct file {
    uint8_t bytes[4096];
    size_t len;
};

/* How a length is written. */
enum form { SHORTEST, ONE_MORE, TWO_MORE };

static void put_length(struct file *file, size_t len, enum form form) {
    if (form == TWO_MORE || len >= 0x100) {
        file->bytes[file->len++] = 0x82;
        file->bytes[file->len++] = (uint8_t)(len >> 8);
    } else if (form == ONE_MORE || len >= 0x80) {
        file->bytes[file->len++] = 0x81;
    }
    file->bytes[file->len++] = (uint8_t)len;
}

static void put(struct file *file, unsigned tag, const void *value, size_t len, enum form form) {
    file->bytes[file->len++] = (uint8_t)(tag >> 8);
    file->bytes[file->len++] = (uint8_t)tag;
    put_length(file, len, form);
    memcpy(file->bytes + file->len, value, len);
    file->len += len;
}

struct part {
    unsigned tag;
    const char *value;
    size_t len; /* 0: that of the string */
};

static struct file make(const struct part *parts, size_t count, enum form form) {
    struct file inner = {.len = 0}, outer = {.len = 0};

    for (size_t i = 0; i < count; i++) {
        size_t len = parts[i].len != 0 ? parts[i].len : strlen(parts[i].value);
        put(&inner, parts[i].tag, parts[i].value, len, form);
    }
    put(&outer, 0xFF20, inner.bytes, inner.len, form);
    return outer;
}

#define PARTS 5
static const struct part good[PARTS] = {
    {0xDF21, "header", 0},   {0xDF22, NAME, 0}, {0xDF23, ADDRESS, 0},
    {0xDF24, "19850504", 0}, {0xDF25, "2", 0},
};

static struct file make_good(void) {
    return make(good, PARTS, SHORTEST);
}

/* The good file with one part in another's place. */
static struct file make_with(size_t at, const char *value, size_t len) {
    struct part parts[PARTS];

    memcpy(parts, good, sizeof parts);
    parts[at].value = value;
    parts[at].len = len;
    return make(parts, PARTS, SHORTEST);
}

/* Parses a copy of just that size, so that a byte read too far is noticed. */
static bool parse(const uint8_t *bytes, size_t len, struct jb_profile *profile) {
    uint8_t *copy = malloc(len > 0 ? len : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    bool parsed = jb_profile_parse(copy, len, profile);
    free(copy);
    return parsed;
}

static bool takes(const struct file *file) {
    struct jb_profile profile;

    return parse(file->bytes, file->len, &profile);
}

static void assert_holder(const struct jb_profile *profile) {
    assert_string_equal(profile->name, NAME);
    assert_string_equal(profile->address, ADDRESS);
    assert_string_equal(profile->birth_date, "19850504");
    assert_string_equal(profile->sex, "2");
}

static void the_four_attributes(void **state) {
    (void)state;
    for (int form = SHORTEST; form <= TWO_MORE; form++) {
        struct file file = make(good, PARTS, (enum form)form);
        struct jb_profile profile;
        assert_true(parse(file.bytes, file.len, &profile));
        assert_holder(&profile);
        /* what fills the file up to its size */
        memset(file.bytes + file.len, 0xFF, 7);
        assert_true(parse(file.bytes, file.len + 7, &profile));
        assert_holder(&profile);
        jb_profile_clear(&profile);
        for (size_t i = 0; i < sizeof profile; i++) {
            assert_int_equal(((const uint8_t *)&profile)[i], 0);
        }
    }
}

static void a_file_cut_at_any_byte_is_refused(void **state) {
    struct file file = make_good();
    struct jb_profile profile;

    (void)state;
    for (size_t len = 0; len < file.len; len++) {
        if (parse(file.bytes, len, &profile)) {
            fail_msg("cut at %zu", len);
        }
    }
}

/* The same with the outer length cut to fit, so that the inner objects are what ends too early. */
static void inner_objects_that_do_not_fit_are_refused(void **state) {
    struct file file = make_good();

    (void)state;
    assert_true(file.len < 0x80);
    for (unsigned cut = 1; cut < file.len - 3; cut++) {
        struct file shorter = file;
        shorter.bytes[2] = (uint8_t)(file.bytes[2] - cut);
        if (takes(&shorter)) {
            fail_msg("%u bytes shorter", cut);
        }
    }
    struct file longer = file;
    longer.bytes[2]++;
    longer.bytes[longer.len++] = 0;
    assert_false(takes(&longer)); /* something after the last of them */
}

static void order_and_tags_are_fixed(void **state) {
    (void)state;
    for (size_t i = 0; i < PARTS; i++) {
        struct part parts[PARTS + 1];
        struct file file;
        for (size_t j = i + 1; j < PARTS; j++) { /* two exchanged */
            memcpy(parts, good, sizeof good);
            parts[i] = good[j];
            parts[j] = good[i];
            file = make(parts, PARTS, SHORTEST);
            assert_false(takes(&file));
        }
        memcpy(parts, good, sizeof good); /* one missing */
        memmove(parts + i, parts + i + 1, (PARTS - i - 1) * sizeof parts[0]);
        file = make(parts, PARTS - 1, SHORTEST);
        assert_false(takes(&file));
        memcpy(parts, good, sizeof good); /* one twice */
        memmove(parts + i + 1, parts + i, (PARTS - i) * sizeof parts[0]);
        file = make(parts, PARTS + 1, SHORTEST);
        assert_false(takes(&file));
        memcpy(parts, good, sizeof good); /* another tag */
        parts[i].tag ^= 0x40;
        file = make(parts, PARTS, SHORTEST);
        assert_false(takes(&file));
    }
    struct file file = make_good();
    file.bytes[1] = 0x40;
    assert_false(takes(&file));
}

static void lengths_of_other_forms_are_refused(void **state) {
    static const uint8_t forms[] = {0x80, 0x83, 0x84, 0x85, 0xFF};

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct file file = make_good();
        file.bytes[2] = forms[i];
        assert_false(takes(&file));
        file = make_good();
        file.bytes[5] = forms[i];
        assert_false(takes(&file));
    }
    struct file file = make_good(); /* far more than there is */
    file.bytes[5] = 0x7F;
    assert_false(takes(&file));
}

static void what_is_no_text_is_refused(void **state) {
    static const char *const texts[] = {
        "\xFF", "\xC0\x80", "\xE3\x81", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\x01",
        "\x1F", "a\nb",     "\x7F",     "\t",           "\x8C\xA9\x96",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t at = 1; at <= 2; at++) {
            struct file file = make_with(at, texts[i], 0);
            if (takes(&file)) {
                fail_msg("text %zu as part %zu", i, at);
            }
        }
    }
    struct file file = make_with(1, "a\0b", 3);
    assert_false(takes(&file));
    file = make_with(1, "𠮷野　太郎", 0); /* four bytes */
    assert_true(takes(&file));
}

static void what_is_no_date_and_no_sex_is_refused(void **state) {
    static const char *const dates[] = {"1985050",  "198505041", "1985-5-4",
                                        " 1985050", "１９８５",  "19850504 "};
    static const char *const sexes[] = {"", "12", "m", " ", "\xEF\xBC\x92"};

    (void)state;
    for (size_t i = 0; i < COUNT(dates); i++) {
        struct file file = make_with(3, dates[i], 0);
        assert_false(takes(&file));
    }
    for (size_t i = 0; i < COUNT(sexes); i++) {
        struct file file = make_with(4, sexes[i], 0);
        assert_false(takes(&file));
    }
}

static void texts_have_a_longest_length(void **state) {
    char text[JB_PROFILE_TEXT_MAX + 2];

    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t at = 1; at <= 2; at++) {
        struct file file = make_with(at, text, JB_PROFILE_TEXT_MAX);
        assert_true(takes(&file));
        file = make_with(at, text, JB_PROFILE_TEXT_MAX + 1);
        assert_false(takes(&file));
    }
}

/* ---- read from a card ---- */

struct reading {
    struct fake_card card;
    struct fake fake;
    struct jb_op *op;
    struct jb_card *open;
};

static void begin(struct reading *r) {
    static const char pin[] = "5678";
    struct jb_secret *secret = jb_secret_new();
    int tries = 0;

    fake_init(&r->fake, &r->card);
    r->op = jb_op_new(5000, NULL, NULL);
    assert_non_null(r->op);
    assert_int_equal(jb_card_find(&r->fake.base, r->op, &r->open), JB_OK);
    assert_int_equal(jb_application_select(r->open, JB_APPLICATION_PROFILE), JB_OK);
    assert_non_null(secret);
    secret->len = 4;
    memcpy(secret->bytes, pin, 4);
    assert_int_equal(jb_pin_verify(r->open, JB_PIN_PROFILE, secret, &tries), JB_OK);
    jb_secret_free(&secret);
}

static void end(struct reading *r) {
    jb_card_free(&r->open);
    jb_op_free(&r->op);
    assert_false(r->card.verified[JB_PIN_PROFILE]);
    assert_int_equal(r->fake.connections, 0);
}

static enum jb_error read_profile(struct reading *r, struct jb_profile *profile) {
    begin(r);
    enum jb_error error = jb_profile_read(r->open, profile);
    end(r);
    return error;
}

static struct file long_file(void) {
    char name[401], address[601];

    memset(name, 'n', sizeof name - 1);
    memset(address, 'a', sizeof address - 1);
    name[sizeof name - 1] = address[sizeof address - 1] = '\0';
    const struct part parts[PARTS] = {
        good[0], {0xDF22, name, 0}, {0xDF23, address, 0}, good[3], good[4]};
    return make(parts, PARTS, SHORTEST);
}

static void hold(struct fake_card *card, const struct file *file) {
    memcpy(card->attributes, file->bytes, file->len);
    card->attributes_len = file->len;
}

static void files_are_read_whole_from_every_card(void **state) {
    struct file files[] = {make_good(), long_file()};

    (void)state;
    for (size_t i = 0; i < COUNT(files) * 4 * 3 * 2; i++) {
        struct reading r;
        struct jb_profile profile;
        fake_card_init(&r.card);
        hold(&r.card, &files[i % 2]);
        r.card.end = (enum fake_end)(i / 2 % 4);
        r.card.longest = (size_t[]){0, 100, 7}[i / 8 % 3];
        r.card.padding = i / 24 % 2 ? 40 : 0;
        assert_int_equal(read_profile(&r, &profile), JB_OK);
        assert_string_equal(profile.birth_date, "19850504");
        assert_int_equal(strlen(profile.address), i % 2 ? 600 : strlen(ADDRESS));
    }
}

static void files_that_are_not_it_are_an_error_of_the_card(void **state) {
    static const struct {
        uint8_t begins[4];
    } cases[] = {{{0xFF, 0x20, 0x82, 0xFF}}, /* longer than any */
                 {{0xFF, 0x40, 0x10, 0x00}},
                 {{0x00, 0x00, 0x00, 0x00}},
                 {{0xFF, 0xFF, 0xFF, 0xFF}},
                 {{0xFF, 0x20, 0x84, 0x00}}};
    struct jb_profile profile;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reading r;
        fake_card_init(&r.card);
        memcpy(r.card.attributes, cases[i].begins, 4);
        assert_int_equal(read_profile(&r, &profile), JB_ERR_CARD_ERROR);
    }
    struct reading r; /* it says that it is longer than it is */
    fake_card_init(&r.card);
    r.card.attributes[3]++;
    assert_int_equal(read_profile(&r, &profile), JB_ERR_CARD_ERROR);
}

static void the_individual_number_is_not_touched(void **state) {
    struct reading r;
    struct jb_profile profile;

    (void)state;
    fake_card_init(&r.card);
    assert_int_equal(read_profile(&r, &profile), JB_OK);
    assert_int_equal(fake_sent(&r.fake, "00 A4 02 0C 02 00 01"), 0);
    assert_int_equal(fake_sent(&r.fake, "00 B0 81"), 0);
}

static enum jb_error number_of(const void *record, size_t len, char *number) {
    struct reading r;

    fake_card_init(&r.card);
    memcpy(r.card.record, record, len);
    r.card.record_len = len;
    begin(&r);
    enum jb_error error = jb_common_manufacture_number(r.open, number);
    /* the PIN is forgotten with the application that it belongs to */
    assert_false(r.card.verified[JB_PIN_PROFILE]);
    end(&r);
    return error;
}

static void the_manufacture_number(void **state) {
    static const char plain[] = "\xC0\x0F"
                                "10AB12345678901";
    static const char long_form[] = "\xC0\x81\x0F"
                                    "10AB12345678901";
    static const char two_byte_tag[] = "\xDF\x01\x10"
                                       "10AB12345678901Z";
    static const char control[] = "\xC0\x0F"
                                  "10AB1234567890\x01";
    static const char blank[] = "\xC0\x0F"
                                "10AB12345 78901";
    char number[JB_MANUFACTURE_NUMBER_LEN + 1];

    (void)state;
    assert_int_equal(number_of(plain, sizeof plain - 1, number), JB_OK);
    assert_string_equal(number, "AB12345678901");
    assert_int_equal(number_of(long_form, sizeof long_form - 1, number), JB_OK);
    assert_string_equal(number, "AB12345678901");
    assert_int_equal(number_of(two_byte_tag, sizeof two_byte_tag - 1, number), JB_OK);
    assert_string_equal(number, "AB12345678901");
    for (size_t len = 0; len < sizeof plain - 1; len++) {
        assert_int_equal(number_of(plain, len, number), JB_ERR_CARD_ERROR);
    }
    assert_int_equal(number_of("\xC0\x0E"
                               "10AB1234567890",
                               16, number),
                     JB_ERR_CARD_ERROR);
    assert_int_equal(number_of(control, sizeof control - 1, number), JB_ERR_CARD_ERROR);
    assert_int_equal(number_of(blank, sizeof blank - 1, number), JB_ERR_CARD_ERROR);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_attributes),
        cmocka_unit_test(a_file_cut_at_any_byte_is_refused),
        cmocka_unit_test(inner_objects_that_do_not_fit_are_refused),
        cmocka_unit_test(order_and_tags_are_fixed),
        cmocka_unit_test(lengths_of_other_forms_are_refused),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(what_is_no_date_and_no_sex_is_refused),
        cmocka_unit_test(texts_have_a_longest_length),
        cmocka_unit_test(files_are_read_whole_from_every_card),
        cmocka_unit_test(files_that_are_not_it_are_an_error_of_the_card),
        cmocka_unit_test(the_individual_number_is_not_touched),
        cmocka_unit_test(the_manufacture_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
