/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define PIECE(text)                                                                                \
    { text, sizeof(text) - 1 }

struct piece {
    const char *text;
    size_t len;
};

static void json_is_taken(void **state) {
    static const struct piece good[] = {
        PIECE("{}"),
        PIECE("[]"),
        PIECE(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : null } \n"),
        PIECE("\"text alone\""),
        PIECE("true"),
        PIECE("false"),
        PIECE("null"),
        PIECE("0"),
        PIECE("-0"),
        PIECE("-1"),
        PIECE("0.5"),
        PIECE("1e5"),
        PIECE("1E+05"),
        PIECE("-1.25e-3"),
        PIECE("999999999999999"),
        PIECE("\"\""),
        PIECE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
        PIECE("\"\\u0001\\u3042\\uD83D\\uDE00\\ud83d\\ude00\""),
        PIECE("\"\xE3\x81\x82\xF0\x9F\x98\x80\x7F\""),
        PIECE("{\"\":1}"),
        PIECE("{\"a\":1,\"A\":2}"),
        PIECE("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        cJSON *tree = jb_json_parse(good[i].text, good[i].len);
        if (tree == NULL) {
            fail_msg("refused: %s", good[i].text);
        }
        cJSON_Delete(tree);
    }
}

/* The first group is what cJSON itself lets through. */
static void all_else_is_refused(void **state) {
    static const struct piece bad[] = {
        PIECE("{\"a\":\"x\\u0000y\"}"),
        PIECE("{\"a\\u0000b\":1}"),
        PIECE("{\"a\":1,\"a\":2}"),
        PIECE("{\"x\":[{\"a\":1,\"b\":2,\"a\":3}]}"),
        PIECE("{\"a\":1,\"\\u0061\":2}"),
        PIECE("01"),
        PIECE("-01"),
        PIECE("[1.]"),
        PIECE("[.5]"),
        PIECE("[+1]"),
        PIECE("[1e]"),
        PIECE("[1e+]"),
        PIECE("[0x10]"),
        PIECE("9007199254740991"),
        PIECE("9007199254740993"),
        PIECE("[1e999]"),
        PIECE("[-]"),
        PIECE("\"\xFF\""),
        PIECE("\"\xC0\x80\""),
        PIECE("\"\xE3\x81\""),
        PIECE("\"\xED\xA0\x80\""),
        PIECE("\"\xF4\x90\x80\x80\""),
        PIECE("\"a\nb\""),
        PIECE("\"a\tb\""),
        PIECE("\"a\0b\""),
        PIECE("{}\0"),
        PIECE("{} {}"),
        PIECE("{}x"),
        PIECE("\xEF\xBB\xBF{}"),
        PIECE("\v{}"),

        PIECE(""),
        PIECE(" "),
        PIECE("{"),
        PIECE("}"),
        PIECE("["),
        PIECE("[1,]"),
        PIECE("[,1]"),
        PIECE("[1 2]"),
        PIECE("{\"a\":1,}"),
        PIECE("{,}"),
        PIECE("{\"a\"}"),
        PIECE("{\"a\":}"),
        PIECE("{a:1}"),
        PIECE("{'a':1}"),
        PIECE("{1:1}"),
        PIECE("[1}"),
        PIECE("\""),
        PIECE("\"\\\""),
        PIECE("\"\\x41\""),
        PIECE("\"\\'\""),
        PIECE("\"\\u12\""),
        PIECE("\"\\u12G4\""),
        PIECE("\"\\uD83D\""),
        PIECE("\"\\uD83Dx\""),
        PIECE("\"\\uD83D\\n\""),
        PIECE("\"\\uDE00\""),
        PIECE("\"\\uD83D\\uD83D\""),
        PIECE("\"\\u 041\""),
        PIECE("tru"),
        PIECE("True"),
        PIECE("nul"),
        PIECE("NaN"),
        PIECE("Infinity"),
        PIECE("-Infinity"),
        PIECE("// c\n{}"),
        PIECE("{/**/}"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        cJSON *tree = jb_json_parse(bad[i].text, bad[i].len);
        if (tree != NULL) {
            fail_msg("taken: %s", bad[i].text);
        }
    }
}

/* No byte after the text is read, and no prefix of JSON in braces is JSON. */
static void every_prefix_is_refused(void **state) {
    static const char whole[] =
        "{\"a\":[true,null,-1.5e3,\"\\u3042\\n\"],\"b\":{\"c\":\"\xE3\x81\x82\"}}";
    size_t len = sizeof whole - 1;

    (void)state;
    for (size_t n = 0; n <= len; n++) {
        char *exact = malloc(n > 0 ? n : 1);
        assert_non_null(exact);
        memcpy(exact, whole, n);
        cJSON *tree = jb_json_parse(exact, n);
        assert_true((tree != NULL) == (n == len));
        cJSON_Delete(tree);
        free(exact);
    }
}

static cJSON *nested(size_t depth) {
    char text[64];

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return jb_json_parse(text, 2 * depth);
}

static void nesting_ends_at_sixteen(void **state) {
    cJSON *tree = nested(16);

    (void)state;
    assert_non_null(tree);
    cJSON_Delete(tree);
    assert_null(nested(17));

    size_t deep = 500000;
    char *text = malloc(deep);
    assert_non_null(text);
    memset(text, '[', deep);
    assert_null(jb_json_parse(text, deep));
    free(text);
}

/* Many members cannot make looking for duplicates take long: over 256 they are refused. */
static void members_are_limited(void **state) {
    (void)state;
    for (int count = 256; count <= 257; count++) {
        char text[4096];
        size_t at = 0;
        for (int i = 0; i < count; i++) {
            at +=
                (size_t)snprintf(text + at, sizeof text - at, "%c\"%d\":0", i == 0 ? '{' : ',', i);
        }
        text[at++] = '}';
        cJSON *tree = jb_json_parse(text, at);
        assert_true((tree != NULL) == (count == 256));
        cJSON_Delete(tree);
    }
}

static void values_are_what_was_written(void **state) {
    static const char text[] = "{\"s\":\"\\u3042\\uD83D\\uDE00\\/\",\"n\":-999999999999999,"
                               "\"S\":1,\"half\":0.5}";
    cJSON *tree = jb_json_parse(text, sizeof text - 1);

    (void)state;
    assert_non_null(tree);
    assert_string_equal(jb_json_string(tree, "s"), "\xE3\x81\x82\xF0\x9F\x98\x80/");
    assert_null(jb_json_string(tree, "S"));
    assert_null(jb_json_string(tree, "n"));
    assert_null(jb_json_string(tree, "absent"));
    assert_true(cJSON_GetObjectItemCaseSensitive(tree, "n")->valuedouble == -999999999999999.0);
    assert_true(cJSON_GetObjectItemCaseSensitive(tree, "half")->valuedouble == 0.5);
    cJSON_Delete(tree);
}

static void only_the_names_given(void **state) {
    static const char text[] = "{\"a\":1,\"b\":2}";
    static const char *const exact[] = {"b", "a", NULL}, *const more[] = {"a", "c", "b", NULL},
                             *const less[] = {"a", NULL}, *const other[] = {"a", "B", NULL},
                             *const none[] = {NULL};
    cJSON *tree = jb_json_parse(text, sizeof text - 1), *empty = jb_json_parse("{}", 2);

    (void)state;
    assert_true(jb_json_only(tree, exact));
    assert_true(jb_json_only(tree, more));
    assert_false(jb_json_only(tree, less));
    assert_false(jb_json_only(tree, other));
    assert_false(jb_json_only(tree, none));
    assert_true(jb_json_only(empty, none));
    cJSON_Delete(tree);
    cJSON_Delete(empty);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void files(void **state) {
    char directory[] = "/tmp/jb-test-json-XXXXXX", path[64];
    bool absent = true;

    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/x.json", directory);
    assert_null(jb_json_read_file(path, 100, &absent));
    assert_true(absent);
    write_file(path, "{\"a\":1}");
    cJSON *tree = jb_json_read_file(path, 7, &absent);
    assert_non_null(tree);
    assert_false(absent);
    cJSON_Delete(tree);
    assert_null(jb_json_read_file(path, 6, &absent));
    assert_false(absent);
    write_file(path, "{\"a\":1");
    assert_null(jb_json_read_file(path, 100, &absent));
    assert_false(absent);
    write_file(path, "");
    assert_null(jb_json_read_file(path, 100, &absent));
    assert_false(absent);
    assert_null(jb_json_read_file(directory, 100, &absent));
    assert_false(absent);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not wait for a writer */
    assert_null(jb_json_read_file(path, 100, &absent));
    assert_false(absent);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

/* With its own memory JSON is read and written just the same; and lets go of it under a sanitizer.
 */
static void wiped_memory_holds_json_too(void **state) {
    static const char text[] = "{\"a\":[1,\"\xE8\xA6\x8B\",{\"b\":null}],\"c\":\"\\n\"}";
    cJSON *tree = NULL;
    char *printed = NULL;

    (void)state;
    jb_json_wipe_memory();
    tree = jb_json_parse(text, sizeof text - 1);
    assert_non_null(tree);
    printed = cJSON_PrintUnformatted(tree);
    assert_string_equal(printed, text);
    cJSON_free(printed);
    cJSON_Delete(tree);
    cJSON_InitHooks(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_taken),
        cmocka_unit_test(all_else_is_refused),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(nesting_ends_at_sixteen),
        cmocka_unit_test(members_are_limited),
        cmocka_unit_test(values_are_what_was_written),
        cmocka_unit_test(only_the_names_given),
        cmocka_unit_test(files),
        cmocka_unit_test(wiped_memory_holds_json_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
