/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/jpki.h"

#include <stdio.h>
#include <string.h>

#include "fake_session.h"
#include "unit.h"

static struct fake_card card;
static struct fake fake;
static struct jb_op *op;
static struct jb_card *found;

static int set_up(void **state) {
    /* VERIFY_PIN_START, VERIFY_PIN_DIRECT, MODIFY_PIN_DIRECT */
    static const uint8_t features[] = {0x01, 4, 0x42, 0x33, 0, 1,    0x06, 4, 0x42,
                                       0x33, 0, 6,    0x07, 4, 0x42, 0x33, 0, 7};

    (void)state;
    fake_card_init(&card);
    fake_init(&fake, &card);
    memcpy(fake.features, features, sizeof features);
    fake.features_len = sizeof features;
    memcpy(fake.keyed, "1234", 4);
    jb_card_free(&found);
    jb_op_free(&op);
    op = jb_op_new(30000, NULL, NULL);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    jb_card_free(&found);
    jb_op_free(&op);
    return fake.connections == 0 && !card.verified[0] ? 0 : -1;
}

static void find(void) {
    int tries = 0;

    assert_int_equal(jb_card_find(&fake.base, op, &found), JB_OK);
    assert_int_equal(jb_pin_tries(found, JB_PIN_AUTH, &tries), JB_OK);
}

static void a_keypad_is_told_without_a_command_to_the_card(void **state) {
    (void)state;
    find();
    assert_true(jb_card_has_keypad(found));
    assert_int_equal(fake.commands, 2);
}

static void a_reader_without_features_has_none(void **state) {
    (void)state;
    fake.features_len = 0;
    find();
    assert_false(jb_card_has_keypad(found));
}

static void broken_lists_of_features_name_none(void **state) {
    static const struct {
        uint8_t bytes[12];
        size_t len;
    } cases[] = {
        {{0x06}, 1},
        {{0x06, 4}, 2},
        {{0x06, 4, 1, 2, 3}, 5},
        {{0x06, 3, 1, 2, 3}, 5},
        {{0x06, 5, 1, 2, 3, 4, 5}, 7},
        {{0x01, 200, 1, 2, 3, 4, 0x06, 4, 1, 2, 3, 4}, 12},
        {{0x07, 4, 0x42, 0x33, 0, 7}, 6},
        {{0x06, 4, 0, 0, 0, 0}, 6},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)set_up(state);
        memcpy(fake.features, cases[i].bytes, cases[i].len);
        fake.features_len = cases[i].len;
        find();
        assert_false(jb_card_has_keypad(found));
        assert_int_equal(tear_down(state), 0);
    }
}

static void readers_known_to_claim_it_falsely_have_none(void **state) {
    static const char *const names[] = {
        "HID Global OMNIKEY 3x21 Smart Card Reader [OMNIKEY 3x21 Smart Card Reader] 00 00",
        "OMNIKEY AG CardMan 3121 00 00", "OMNIKEY AG CardMan 3021 01 00",
        "OMNIKEY AG 6121 USB mobile 00 00", "OMNIKEY CardMan 6121 0"};

    for (size_t i = 0; i < COUNT(names); i++) {
        (void)set_up(state);
        (void)snprintf(fake.reader[0].name, sizeof fake.reader[0].name, "%s", names[i]);
        find();
        assert_false(jb_card_has_keypad(found));
        assert_int_equal(tear_down(state), 0);
    }
}

static void a_keypad_of_another_model_is_believed(void **state) {
    (void)state;
    (void)snprintf(fake.reader[0].name, sizeof fake.reader[0].name, "Cherry GmbH 3121 ST 00 00");
    find();
    assert_true(jb_card_has_keypad(found));
}

static void four_digits_are_asked_for_and_nothing_is_in_the_command(void **state) {
    int tries = 0;

    (void)state;
    find();
    assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_AUTH, &tries), JB_OK);
    assert_true(card.verified[0]);
    assert_int_equal(fake.structure_len, 23);
    assert_in_range(fake.structure[0], 3, 25);
    assert_in_range(fake.structure[1], 3, 25);
    assert_memory_equal(fake.structure + 2, "\x82\x00\x00\x04\x04\x02", 6);
    assert_memory_equal(fake.structure + 15, "\x04\x00\x00\x00\x00\x20\x00\x98", 8);
    jb_card_free(&found);
    assert_int_equal(fake.reader[0].resets, 1);
}

static void without_short_identifiers_the_file_is_selected(void **state) {
    int tries = 0;

    (void)state;
    card.no_sfi_verify = true;
    find();
    assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_AUTH, &tries), JB_OK);
    assert_int_equal(fake.structure[22], 0x80);
    assert_true(card.verified[0]);
}

static void answers_are_told_apart(void **state) {
    static const struct {
        uint16_t sw;
        enum jb_error error;
        int tries;
    } cases[] = {
        {0x6400, JB_ERR_KEYPAD_TIMEOUT, -1},   {0x6401, JB_ERR_KEYPAD_CANCELLED, -1},
        {0x6402, JB_ERR_KEYPAD_CANCELLED, -1}, {0x6403, JB_ERR_KEYPAD_CANCELLED, -1},
        {0x63C1, JB_ERR_PIN_WRONG, 1},         {0x63C0, JB_ERR_PIN_LOCKED, 0},
        {0x6983, JB_ERR_PIN_LOCKED, 0},        {0x6A80, JB_ERR_CARD_ERROR, -1},
        {0x6F00, JB_ERR_PIN_UNANSWERED, -1},   {0x1234, JB_ERR_PIN_UNANSWERED, -1},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        int tries = -2;

        (void)set_up(state);
        fake.keypad_sw = cases[i].sw;
        find();
        assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_AUTH, &tries), cases[i].error);
        assert_int_equal(tries, cases[i].tries);
        jb_card_free(&found);
        assert_int_equal(fake.reader[0].resets, 1);
        assert_int_equal(tear_down(state), 0);
    }
}

static void a_lost_answer_is_not_asked_for_again(void **state) {
    int tries = -2;

    (void)state;
    find();
    fake.keypad_io = JB_IO_FAILED;
    assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_AUTH, &tries), JB_ERR_PIN_UNANSWERED);
    assert_int_equal(tries, -1);
}

static void the_signing_password_has_letters_and_no_keypad(void **state) {
    int tries = 0;

    (void)state;
    find();
    assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_SIGN, &tries), JB_ERR_INTERNAL);
    assert_int_equal(fake.structure_len, 0);
}

static void the_readers_timers_end_before_the_operation(void **state) {
    int tries = 0;

    (void)state;
    jb_op_free(&op);
    op = jb_op_new(12000, NULL, NULL);
    find();
    assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_AUTH, &tries), JB_OK);
    assert_in_range(fake.structure[0] + fake.structure[1], 6, 12);
    jb_card_free(&found);

    jb_op_free(&op);
    op = jb_op_new(4000, NULL, NULL);
    find();
    fake.structure_len = 0;
    assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_AUTH, &tries), JB_ERR_TIMEOUT);
    assert_int_equal(fake.structure_len, 0);
}

static void nothing_is_asked_after_a_cancel(void **state) {
    int tries = 0;

    (void)state;
    find();
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
    assert_int_equal(jb_pin_verify_on_keypad(found, JB_PIN_AUTH, &tries), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake.structure_len, 0);
    jb_card_free(&found);
    assert_int_equal(fake.reader[0].resets, 0);
}

int main(void) {
#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        A_TEST(a_keypad_is_told_without_a_command_to_the_card),
        A_TEST(a_reader_without_features_has_none),
        A_TEST(broken_lists_of_features_name_none),
        A_TEST(readers_known_to_claim_it_falsely_have_none),
        A_TEST(a_keypad_of_another_model_is_believed),
        A_TEST(four_digits_are_asked_for_and_nothing_is_in_the_command),
        A_TEST(without_short_identifiers_the_file_is_selected),
        A_TEST(answers_are_told_apart),
        A_TEST(a_lost_answer_is_not_asked_for_again),
        A_TEST(the_signing_password_has_letters_and_no_keypad),
        A_TEST(the_readers_timers_end_before_the_operation),
        A_TEST(nothing_is_asked_after_a_cancel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
