/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/apdu.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static uint8_t pattern[400];

static void check(const struct jb_apdu *apdu, const uint8_t *expected, size_t len) {
    uint8_t out[JB_APDU_COMMAND_MAX + 1];

    memset(out, 0xEE, sizeof out);
    assert_int_equal(jb_apdu_encode(apdu, out, JB_APDU_COMMAND_MAX), len);
    assert_memory_equal(out, expected, len);
    assert_int_equal(out[len], 0xEE);
    assert_int_equal(jb_apdu_encode(apdu, out, len), len); /* exactly the room it needs */
    assert_int_equal(jb_apdu_encode(apdu, out, len - 1), 0);
}

/* ISO/IEC 7816-4:2020, table 1 and §5.2. */
static void each_case_is_encoded_as_iso_says(void **state) {
    static const uint8_t one[] = {0x00, 0x20, 0x00, 0x98};
    static const uint8_t two[] = {0x00, 0xB0, 0x8A, 0x00, 0x10};
    static const uint8_t two_all[] = {0x00, 0xB0, 0x8A, 0x00, 0x00};
    static const uint8_t two_long[] = {0x00, 0xB0, 0x8A, 0x00, 0x00, 0x01, 0x01};
    static const uint8_t two_long_all[] = {0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00};
    static const uint8_t three[] = {0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x01};
    static const uint8_t three_long[] = {0x00, 0xA4, 0x02, 0x0C, 0x00, 0x00, 0x02, 0x00, 0x01};
    static const uint8_t four[] = {0x80, 0x2A, 0x00, 0x80, 0x02, 0x00, 0x01, 0x00};
    static const uint8_t four_long[] = {0x80, 0x2A, 0x00, 0x80, 0x00, 0x00,
                                        0x02, 0x00, 0x01, 0x02, 0x00};

    (void)state;
    check(&(struct jb_apdu){.ins = 0x20, .p2 = 0x98}, one, sizeof one);
    check(&(struct jb_apdu){.ins = 0x20, .p2 = 0x98, .extended = true}, one, sizeof one);
    check(&(struct jb_apdu){.ins = 0xB0, .p1 = 0x8A, .le = 16}, two, sizeof two);
    check(&(struct jb_apdu){.ins = 0xB0, .p1 = 0x8A, .le = 256}, two_all, sizeof two_all);
    check(&(struct jb_apdu){.ins = 0xB0, .p1 = 0x8A, .le = 257, .extended = true}, two_long,
          sizeof two_long);
    check(&(struct jb_apdu){.ins = 0xB0, .p1 = 0x8A, .le = 65536, .extended = true}, two_long_all,
          sizeof two_long_all);
    check(&(struct jb_apdu){.ins = 0xA4, .p1 = 2, .p2 = 0x0C, .data = pattern, .data_len = 2},
          three, sizeof three);
    check(
        &(struct jb_apdu){
            .ins = 0xA4, .p1 = 2, .p2 = 0x0C, .data = pattern, .data_len = 2, .extended = true},
        three_long, sizeof three_long);
    check(
        &(struct jb_apdu){
            .cla = 0x80, .ins = 0x2A, .p2 = 0x80, .data = pattern, .data_len = 2, .le = 256},
        four, sizeof four);
    check(&(struct jb_apdu){.cla = 0x80,
                            .ins = 0x2A,
                            .p2 = 0x80,
                            .data = pattern,
                            .data_len = 2,
                            .le = 512,
                            .extended = true},
          four_long, sizeof four_long);
}

static void the_longest_short_body_fits(void **state) {
    uint8_t out[JB_APDU_COMMAND_MAX];
    struct jb_apdu apdu = {.ins = 0x2A, .data = pattern, .data_len = 255, .le = 256};

    (void)state;
    assert_int_equal(jb_apdu_encode(&apdu, out, sizeof out), 4 + 1 + 255 + 1);
    assert_int_equal(out[4], 255);
    assert_memory_equal(out + 5, pattern, 255);
    assert_int_equal(out[260], 0);
}

static void what_is_out_of_range_is_refused(void **state) {
    uint8_t out[JB_APDU_COMMAND_MAX];

    (void)state;
    assert_int_equal(
        jb_apdu_encode(&(struct jb_apdu){.data = pattern, .data_len = 256}, out, sizeof out), 0);
    assert_int_equal(jb_apdu_encode(&(struct jb_apdu){.le = 257}, out, sizeof out), 0);
    assert_int_equal(
        jb_apdu_encode(&(struct jb_apdu){.le = 65537, .extended = true}, out, sizeof out), 0);
    assert_int_equal(
        jb_apdu_encode(&(struct jb_apdu){.data = pattern, .data_len = 65536, .extended = true}, out,
                       sizeof out),
        0);
    assert_int_equal(jb_apdu_encode(&(struct jb_apdu){.data_len = 3}, out, sizeof out), 0);
    assert_int_equal(jb_apdu_encode(&(struct jb_apdu){.ins = 0x20}, out, 3), 0);
    assert_int_equal(jb_apdu_encode(&(struct jb_apdu){.ins = 0x20}, out, 0), 0);
}

static void a_response_is_data_and_status(void **state) {
    static const uint8_t with_data[] = {0x01, 0x02, 0x03, 0x90, 0x00};
    static const uint8_t status[] = {0x63, 0xC2};
    struct jb_response response;

    (void)state;
    assert_true(jb_response_parse(with_data, sizeof with_data, &response));
    assert_int_equal(response.len, 3);
    assert_ptr_equal(response.data, with_data);
    assert_int_equal(response.sw, 0x9000);
    assert_true(jb_response_parse(status, sizeof status, &response));
    assert_int_equal(response.len, 0);
    assert_int_equal(response.sw, 0x63C2);
}

static void what_is_no_status_word_is_refused(void **state) {
    struct jb_response response;

    (void)state;
    assert_false(jb_response_parse((const uint8_t *)"", 0, &response));
    assert_false(jb_response_parse((const uint8_t *)"\x90", 1, &response));
    for (unsigned sw1 = 0; sw1 <= 0xFF; sw1++) {
        const uint8_t bytes[] = {(uint8_t)sw1, 0x00};
        bool valid = (sw1 >= 0x61 && sw1 <= 0x6F) || (sw1 >= 0x90 && sw1 <= 0x9F);

        assert_int_equal(jb_response_parse(bytes, sizeof bytes, &response), valid);
    }
}

static void only_commands_with_a_pin_are_secret(void **state) {
    static const uint8_t verify[] = {0x00, 0x20, 0x00, 0x80, 0x04, '1', '2', '3', '4'};
    static const uint8_t change[] = {0x00, 0x24, 0x01, 0x80, 0x04, '1', '2', '3', '4'};
    static const uint8_t unblock[] = {0x00, 0x2C, 0x02, 0x80, 0x04, '1', '2', '3', '4'};
    static const uint8_t query[] = {0x00, 0x20, 0x00, 0x80};
    static const uint8_t read[] = {0x00, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x00};

    (void)state;
    assert_true(jb_apdu_is_secret(verify, sizeof verify));
    assert_true(jb_apdu_is_secret(change, sizeof change));
    assert_true(jb_apdu_is_secret(unblock, sizeof unblock));
    assert_false(jb_apdu_is_secret(query, sizeof query));
    assert_false(jb_apdu_is_secret(read, sizeof read));
    assert_false(jb_apdu_is_secret(verify, 1));
}

static void format(const char *expected, const uint8_t *command, size_t len) {
    char out[64];

    jb_apdu_format(command, len, out, sizeof out);
    assert_string_equal(out, expected);
}

static void a_pin_is_masked_and_so_is_its_rest(void **state) {
    static const uint8_t verify[] = {0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'};
    static const uint8_t extended[] = {0x00, 0x20, 0x00, 0x98, 0x00, 0x00,
                                       0x04, '1',  '2',  '3',  '4'};
    static const uint8_t wrong_length[] = {0x00, 0x20, 0x00, 0x98, 0x09, '1', '2', '3', '4'};
    static const uint8_t two_parts[] = {0x00, 0x20, 0x00, 0x98, 0x02, '1', '2', '3', '4'};
    static const uint8_t select[] = {0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x1B};

    (void)state;
    format("00 20 00 98 04 **", verify, sizeof verify);
    format("00 20 00 98 00 00 04 **", extended, sizeof extended);
    format("00 20 00 98 09 **", wrong_length, sizeof wrong_length);
    format("00 20 00 98 02 **", two_parts, sizeof two_parts);
    format("00 A4 02 0C 02 00 1B", select, sizeof select);
    format("00 20", verify, 2);
    format("", verify, 0);
}

static void what_does_not_fit_is_cut_between_bytes(void **state) {
    static const uint8_t select[] = {0x00, 0xA4, 0x02, 0x0C};
    char out[8];

    (void)state;
    for (size_t size = 1; size <= sizeof out; size++) {
        memset(out, 'x', sizeof out);
        jb_apdu_format(select, sizeof select, out, size);
        assert_true(strlen(out) < size);
        assert_int_equal((strlen(out) + 1) % 3, out[0] == '\0' ? 1 : 0);
    }
    jb_apdu_format(select, sizeof select, out, 0); /* touches nothing */
}

static int fill(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof pattern; i++) {
        pattern[i] = (uint8_t)i;
    }
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_is_encoded_as_iso_says),
        cmocka_unit_test(the_longest_short_body_fits),
        cmocka_unit_test(what_is_out_of_range_is_refused),
        cmocka_unit_test(a_response_is_data_and_status),
        cmocka_unit_test(what_is_no_status_word_is_refused),
        cmocka_unit_test(only_commands_with_a_pin_are_secret),
        cmocka_unit_test(a_pin_is_masked_and_so_is_its_rest),
        cmocka_unit_test(what_does_not_fit_is_cut_between_bytes),
    };

    return cmocka_run_group_tests(tests, fill, NULL);
}
