/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jpki_bridge/policy.h"

/* As browsers serialise them: location.origin of these hosts reads just so. */
static const char *const valid[] = {
    "https://example.com",
    "https://www.example.co.jp",
    "https://example.com:8443",
    "https://example.com:1",
    "https://example.com:65535",
    "https://example.com:4430",
    "https://example.com:80",
    "https://localhost",
    "https://localhost:3000",
    "https://xn--wgv71a119e.jp",
    "https://a_b.example.com",
    "https://r3---sn.example.com",
    "https://-.example.com",
    "https://3com.example",
    "https://1.2.3.4.example",
    "https://0xg.example.0xg",
    "https://127.0.0.1",
    "https://255.255.255.255:444",
    "https://0.0.0.0",
    "https://[::1]",
    "https://[::]",
    "https://[::1]:8443",
    "https://[2001:db8::1]",
    "https://[1:0:0:2::3]",
    "https://[1::2:0:0:3]",
    "https://[1:2:3:4:5:6:7:8]",
    "https://[1:0:3:4:5:6:7:8]",
    "https://[::ffff:102:304]",
    "https://[fe80::]",
};

static const char *const invalid[] = {
    "",
    "https://",
    "http://example.com",
    "HTTPS://example.com",
    "https:/example.com",
    "https:example.com",
    " https://example.com",
    "https://example.com ",
    "https://example.com/",
    "https://example.com/path",
    "https://example.com?q",
    "https://example.com#f",
    "https://user@example.com",
    "https://user:pass@example.com",
    "https://example.com\\@evil.example",
    "https://example.com%2eevil.example",
    "https://Example.com",
    "https://EXAMPLE.COM",
    "https://example.com.",
    "https://.example.com",
    "https://example..com",
    "https://.",
    "https://example.com:",
    "https://example.com:443",
    "https://example.com:0",
    "https://example.com:0443",
    "https://example.com:08443",
    "https://example.com:65536",
    "https://example.com:99999",
    "https://example.com:100000",
    "https://example.com:4294967739",
    "https://example.com:+80",
    "https://example.com:80a",
    "https://example.com:8443/",
    "https://example.com:80:90",
    "https://\xE6\x97\xA5\xE6\x9C\xAC.jp",
    "https://ex\xD0\xB0mple.com",
    "https://example.com\n",
    "https://exa mple.com",
    "https://exa\tmple.com",
    "https://*.example.com",
    "https://127.0.0.01",
    "https://127.0.0.256",
    "https://127.0.0",
    "https://127.1",
    "https://2130706433",
    "https://0x7f.0.0.1",
    "https://0x7f000001",
    "https://example.0x",
    "https://example.123",
    "https://1.2.3.4.5",
    "https://[::1",
    "https://::1",
    "https://[]",
    "https://[:]",
    "https://[:::]",
    "https://[1]",
    "https://[::1]x",
    "https://[::1]443",
    "https://[::1]:443",
    "https://[0:0:0:0:0:0:0:1]",
    "https://[::0001]",
    "https://[2001:DB8::1]",
    "https://[2001:db8::0:1]",
    "https://[1::2::3]",
    "https://[1:2:3:4:5:6:7:8:9]",
    "https://[1:2:3:4:5:6:7::]",
    "https://[::2:3:4:5:6:7:8]",
    "https://[1:2:3:4:5:6:7:]",
    "https://[1::3:0:0:0:8]",
    "https://[12345::]",
    "https://[::ffff:1.2.3.4]",
    "https://[fe80::1%25eth0]",
    "https://[[::1]]",
    "null",
    "file://",
    "chrome-extension://aejjklpblmgmcmfmpanhdoepepfkpmac",
};

static void takes_what_browsers_write(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        if (!jb_origin_is_valid(valid[i])) {
            fail_msg("refused: %s", valid[i]);
        }
    }
}

static void refuses_everything_else(void **state) {
    (void)state;
    assert_false(jb_origin_is_valid(NULL));
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        if (jb_origin_is_valid(invalid[i])) {
            fail_msg("taken: %s", invalid[i]);
        }
    }
}

/* "https://" and labels of the given length, joined by dots, so many characters of host. */
static void make_host(char *out, size_t host_len, size_t label_len) {
    size_t at = strlen("https://");

    memcpy(out, "https://", at);
    for (size_t i = 1; i <= host_len; i++) {
        out[at++] = i % (label_len + 1) == 0 ? '.' : 'a';
    }
    out[at] = '\0';
}

static void keeps_the_limits_of_names(void **state) {
    char origin[512];

    (void)state;
    make_host(origin, 63, 63);
    assert_true(jb_origin_is_valid(origin));
    make_host(origin, 64, 64);
    assert_false(jb_origin_is_valid(origin));
    make_host(origin, 253, 49);
    assert_true(jb_origin_is_valid(origin));
    make_host(origin, 254, 50);
    assert_false(jb_origin_is_valid(origin));
    make_host(origin, 400, 49);
    assert_false(jb_origin_is_valid(origin));
}

/* Any text cut short or with one byte exchanged is judged without reading beyond it (sanitizers).
 */
static void survives_damage(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        size_t len = strlen(valid[i]);
        char text[64];
        for (size_t at = 0; at < len; at++) {
            memcpy(text, valid[i], len + 1);
            text[at] = '\0';
            (void)jb_origin_is_valid(text);
            for (int c = 1; c < 256; c++) {
                memcpy(text, valid[i], len + 1);
                text[at] = (char)c;
                if (jb_origin_is_valid(text) &&
                    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.:/[]") != len) {
                    fail_msg("taken: %s", text);
                }
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_browsers_write),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(keeps_the_limits_of_names),
        cmocka_unit_test(survives_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
