/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <stdio.h>
#include <string.h>

#include "jpki_bridge/text.h"

#define LANGS 2
#define PURPOSES 6
#define PINS 3
#define NOTES 8

#define ORIGIN_HEAD 20   /* characters that stay at the beginning of a long origin */
#define ORIGIN_TEXT 1024 /* bytes of an origin that are looked at; a longer one is no origin */
#define ELLIPSIS "…"

static const char *const titles[LANGS][PURPOSES] = {
    {"マイナンバーカードでログイン", "署名用電子証明書の読み取り", "マイナンバーカードで署名",
     "氏名・住所などの受け渡し", "署名用電子証明書の内容を見る", "カードの暗証番号の変更"},
    {"Log in with your MyNumber card", "Read your signing certificate",
     "Sign with your MyNumber card", "Hand over your details", "Look at your signing certificate",
     "Change a PIN of your card"},
};

static const char *const doings[LANGS][PURPOSES] = {
    {"このサイトに、ログインします。", "このサイトに、署名用電子証明書を渡します。",
     "このサイトの求めで、電子署名をします。\n（紙の書類への署名や押印にあたります）",
     "このサイトに、カードに記録された情報を渡します。",
     "署名用電子証明書の内容を、この画面に表示します。", "カードの暗証番号を変更します。"},
    {"You are about to log in to this site.",
     "You are about to give this site your signing certificate.",
     "You are about to sign for this site.\n(This is like signing a paper by hand.)",
     "You are about to give this site what your card says of you.",
     "You are about to see what your signing\ncertificate says.",
     "You are about to change a PIN of your card."},
};

static const char *const gifts[LANGS][PURPOSES] = {
    {"サイトに渡るもの： あなたを見分ける番号\n（氏名や住所は含みません）",
     "サイトに渡るもの： 氏名、住所、生年月日、性別",
     "サイトに渡るもの： 署名と、氏名、住所、生年月日、性別",
     "サイトに渡るもの： 氏名、住所、生年月日、性別", "サイトに渡るもの： ありません",
     "サイトに渡るもの： ありません"},
    {"The site will receive a number that identifies you,\nbut not your name or address.",
     "The site will receive your name, address,\ndate of birth and sex.",
     "The site will receive your signature, and your name,\naddress, date of birth and sex.",
     "The site will receive your name, address,\ndate of birth and sex.",
     "No site receives anything.", "No site receives anything."},
};

static const char *const pins[LANGS][PINS] = {
    {"利用者証明用暗証番号（数字4けた）", "署名用パスワード（英数字6〜16文字）",
     "券面事項入力補助用暗証番号（数字4けた）"},
    {"the PIN for logging in\n(4 digits, 利用者証明用暗証番号)",
     "the signing password\n(6 to 16 letters and digits, 署名用パスワード)",
     "the PIN for your details\n(4 digits, 券面事項入力補助用暗証番号)"},
};

static const char *const labels[LANGS][PINS] = {
    {"暗証番号：", "パスワード：", "暗証番号："},
    {"PIN:", "Password:", "PIN:"},
};

static const char *const notes[LANGS][NOTES][2] = {
    /* for a PIN of digits; for the signing password */
    {{NULL, NULL},
     {"暗証番号がちがいます。", "パスワードがちがいます。"},
     {"数字4けたで入れてください。（回数は減っていません）",
      "英数字6〜16文字で入れてください。（回数は減っていません）"},
     {"ほかのプログラムがカードを使い、残りの回数が減りました。",
      "ほかのプログラムがカードを使い、残りの回数が減りました。"},
     {"カードが動いたか、取り替えられました。もう一度入れてください。",
      "カードが動いたか、取り替えられました。もう一度入れてください。"},
     {"続けるには、暗証番号がもう一度必要です。", "続けるには、パスワードがもう一度必要です。"},
     {"2回の入力がちがいました。はじめから決めてください。",
      "2回の入力がちがいました。はじめから決めてください。"},
     {"いまの暗証番号と同じです。別のものにしてください。",
      "いまのパスワードと同じです。別のものにしてください。"}},
    {{NULL, NULL},
     {"That PIN is wrong.", "That password is wrong."},
     {"Please type 4 digits. (No try was used.)",
      "Please type 6 to 16 letters and digits. (No try was used.)"},
     {"Another program used the card, and fewer tries are left.",
      "Another program used the card, and fewer tries are left."},
     {"The card was moved or exchanged. Please type the PIN again.",
      "The card was moved or exchanged. Please type the password again."},
     {"To go on, the PIN is needed once more.", "To go on, the password is needed once more."},
     {"The two entries differ. Please choose one anew.",
      "The two entries differ. Please choose one anew."},
     {"That is the PIN you have. Please choose another.",
      "That is the password you have. Please choose another."}},
};

static const char *const new_forms[LANGS][2] = {
    {"数字4けたで入れてください。", "英字と数字を両方使い、6〜16文字で入れてください。"},
    {"Please type 4 digits.", "Please type 6 to 16 letters and digits, some of both."},
};

static const char *const new_labels[LANGS][2] = {
    {"新しい暗証番号：", "新しいパスワード："},
    {"New PIN:", "New password:"},
};
static const char *const again_labels[LANGS] = {"もう一度：", "Once more:"};

static const char *const last_titles[LANGS] = {"あと1回しか入力できません", "Only one try is left"};
static const char *const pin_oks[LANGS][PURPOSES] = {
    {"ログインする(_L)", "読み取る(_R)", "署名する(_S)", "渡す(_G)", "表示する(_S)", "次へ(_N)"},
    {"_Log in", "_Read", "_Sign", "_Give", "_Show", "_Next"},
};
static const char *const changes[LANGS] = {"変更する(_N)", "Cha_nge it"};
static const char *const weak_titles[LANGS] = {"当てられやすい番号です", "That is easily guessed"};
static const char *const weak_oks[LANGS] = {"このまま使う(_U)", "_Use it anyway"};
static const char *const weak_cancels[LANGS] = {"選び直す(_C)", "_Choose another"};
static const char *const try_titles[LANGS] = {"変更できたか、わかりません",
                                              "It is not known whether it was changed"};
static const char *const try_oks[LANGS] = {"新しい方を試す(_T)", "_Try the new one"};
static const char *const try_cancels[LANGS] = {"試さない(_C)", "_Do not try"};
static const char *const trust_titles[LANGS] = {"このサイトを信頼しますか",
                                                "Do you trust this site?"};
static const char *const trusts[LANGS] = {"信頼して続ける(_T)", "_Trust it"};
static const char *const goes_on[LANGS] = {"続ける(_N)", "Co_ntinue"};
static const char *const to_last_try[LANGS] = {"最後の1回を入力する(_N)", "E_nter it a last time"};
static const char *const cancels[LANGS] = {"やめる(_C)", "_Cancel"};

/* Text that grows in a buffer, and remembers that it did not fit. */
struct writer {
    char *out;
    size_t size;
    size_t used;
    bool full;
};

/* Adds the template, with value in the place of each "@". */
static void add(struct writer *writer, const char *template, const char *value) {
    for (const char *at = template; *at != '\0'; at++) {
        const char *piece = *at == '@' ? value : at;
        size_t len = *at == '@' ? strlen(value) : 1;

        if (len >= writer->size - writer->used) {
            writer->full = true;
            return;
        }
        memcpy(writer->out + writer->used, piece, len);
        writer->used += len;
        writer->out[writer->used] = '\0';
    }
}

static bool stands_in_origin(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~:/[]", c) != NULL);
}

void jb_prompt_words_origin(const char *origin, char *out, size_t size) {
    char shown[ORIGIN_TEXT];
    size_t len = 0;

    jb_text_for_display(origin, ORIGIN_TEXT, shown, sizeof(shown));
    for (const char *at = shown; *at != '\0'; at++) {
        if (((unsigned char)*at & 0xC0) != 0x80) { /* one "?" for a character of several bytes */
            shown[len++] = (char)(stands_in_origin(*at) ? *at : '?');
        }
    }
    shown[len] = '\0';
    if (len <= JB_WORDS_ORIGIN_MAX) {
        (void)snprintf(out, size, "%s", shown);
        return;
    }
    (void)snprintf(out, size, "%.*s" ELLIPSIS "%s", ORIGIN_HEAD, shown,
                   shown + len - (JB_WORDS_ORIGIN_MAX - ORIGIN_HEAD - 1));
}

static bool is_for_site(const struct jb_prompt_request *request) {
    return request->purpose < JB_PURPOSE_CARD_DETAILS;
}

/* The first two lines of every prompt. */
static void add_head(struct writer *writer, const struct jb_prompt_request *request) {
    char origin[JB_WORDS_ORIGIN_MAX + sizeof(ELLIPSIS)];
    char tries[16];
    bool ja = request->lang == JB_LANG_JA;

    jb_prompt_words_origin(request->origin == NULL ? "" : request->origin, origin, sizeof(origin));
    (void)snprintf(tries, sizeof(tries), "%d", request->tries_left);
    if (is_for_site(request)) {
        add(writer, ja ? "サイト： @\n" : "Site: @\n", origin);
    } else {
        add(writer,
            ja ? "JPKI Bridge（どのサイトの求めでもありません）\n"
               : "JPKI Bridge (no site asks for this)\n",
            "");
    }
    if (request->tries_left == 1) {
        add(writer,
            ja ? "残り1回： まちがえるとロックされます。\n"
                 "解除するには、市区町村の窓口での手続きが必要です。\n"
               : "1 try left: a wrong entry locks it.\n"
                 "Only your municipal office can unlock it again.\n",
            "");
    } else if (request->tries_left > 1) {
        add(writer,
            ja ? "残り@回： 続けてまちがえるとロックされます。\n"
               : "@ tries left: after that many wrong entries it is locked.\n",
            tries);
    }
    add(writer, "\n", "");
}

/* What a site is given of the profile. */
static void add_fields(struct writer *writer, const struct jb_prompt_request *request) {
    static const struct {
        unsigned field;
        const char *ja, *en;
    } names[] = {{JB_FIELD_NAME, "氏名", "name"},
                 {JB_FIELD_ADDRESS, "住所", "address"},
                 {JB_FIELD_BIRTH_DATE, "生年月日", "date of birth"},
                 {JB_FIELD_SEX, "性別", "sex"}};
    bool ja = request->lang == JB_LANG_JA;
    unsigned left = request->fields & JB_FIELD_ALL;

    add(writer, ja ? "\nサイトに渡るもの： " : "\nThe site will receive only your\n", "");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((left & names[i].field) == 0) {
            continue;
        }
        if (left != (request->fields & JB_FIELD_ALL)) {
            add(writer, ja ? "、" : left == names[i].field ? " and " : ", ", "");
        }
        add(writer, ja ? names[i].ja : names[i].en, "");
        left &= ~names[i].field;
    }
    add(writer, ja ? "（これだけです）" : ".", "");
}

/* The prompts of a change of PIN, but for the old one; false when it is another. */
static bool add_change(struct writer *writer, const struct jb_prompt_request *request) {
    bool ja = request->lang == JB_LANG_JA;
    const char *pin = pins[request->lang][request->pin];

    switch (request->kind) {
    case JB_PROMPT_NEW_PIN:
        add(writer,
            ja ? "新しい@を決めて、\n入れてください。\n\n" : "Please choose a new one:\n@.\n\n",
            pin);
        if (request->pin == JB_PIN_SIGN) {
            add(writer,
                ja ? "英字と数字を、両方使ってください。\n（大文字と小文字は区別しません）\n"
                   : "Use both letters and digits.\n(Small and capital letters are the same.)\n",
                "");
        }
        add(writer,
            ja ? "誕生日や、同じ数字、続いた数字は避けてください。\n"
               : "Avoid your birthday, the same digit\nrepeated, and digits in a row.\n",
            "");
        return true;
    case JB_PROMPT_NEW_PIN_AGAIN:
        add(writer,
            ja ? "確かめるため、新しい@を、\nもう一度入れてください。\n"
               : "To be sure of it, please type the new one\nonce more: @.\n",
            pin);
        return true;
    case JB_PROMPT_WEAK_PIN:
        add(writer,
            ja ? "新しい@は、\n人に当てられやすいものです。\n"
                 "（誕生日、同じ数字、続いた数字など）\n\nこのまま使いますか。\n"
               : "What you chose as @\nis easily guessed: a birthday, the same\n"
                 "digit repeated, or digits in a row.\n\nDo you want to use it anyway?\n",
            pin);
        return true;
    case JB_PROMPT_TRY_NEW_PIN:
        add(writer,
            ja ? "新しい@を\n送りましたが、カードの返事が届きませんでした。\n"
                 "前のものと新しいもののどちらが有効か、\nわかりません。\n\n"
                 "新しい方を、1回だけ試しますか。\n"
                 "まだ前のものが有効なら、残りの回数が1回減ります。\n"
               : "A new one was sent for @,\nbut the card's answer did not arrive.\n"
                 "It is not known whether the old one\nor the new one holds.\n\n"
                 "Shall the new one be tried, once?\n"
                 "If the old one still holds, one try is\nused up.\n",
            pin);
        return true;
    default:
        return false;
    }
}

static void add_documents(struct writer *writer, const struct jb_prompt_request *request) {
    char documents[16];

    if (request->documents > 0) {
        (void)snprintf(documents, sizeof(documents), "%u", request->documents);
        add(writer, request->lang == JB_LANG_JA ? "署名する文書： @件\n" : "Documents to sign: @\n",
            documents);
    }
}

static void add_body(struct writer *writer, const struct jb_prompt_request *request) {
    enum jb_lang lang = request->lang;
    bool ja = lang == JB_LANG_JA;
    const char *pin = pins[lang][request->pin];

    if (request->kind == JB_PROMPT_LAST_TRY) {
        add(writer, ja ? "@\nを入力できるのは、あと1回です。\n" : "This is the last try for @.\n",
            pin);
        add(writer,
            ja ? "自信がないときは「やめる」を選び、控えなどで確かめてください。\n"
               : "If you are not sure of it, choose Cancel and look it up first.\n",
            "");
        return;
    }
    if (request->kind == JB_PROMPT_TRUST) {
        add_documents(writer, request);
        add(writer,
            ja ? "このサイトが受け取る署名は、ほかのサイトに\n"
                 "あなたとしてログインすることにも使えてしまいます。\n\n"
                 "行政機関など、よく知っているサイトでなければ、\n"
                 "「やめる」を選んでください。\n\n"
                 "この答えは保存され、あとで取り消せます。\n"
               : "With the signature that this site asks for, it could\n"
                 "also log in to other sites as you.\n\n"
                 "Unless it is a site that you know well, such as one of\n"
                 "the government, choose Cancel.\n\n"
                 "Your answer is kept, and you can take it back later.\n",
            "");
        return;
    }
    if (add_change(writer, request)) {
        return;
    }
    add_documents(writer, request);
    add(writer, "@\n", doings[lang][request->purpose]);
    if (request->kind == JB_PROMPT_PIN) {
        if (request->purpose == JB_PURPOSE_CHANGE_PIN) {
            add(writer,
                ja ? "まず、いまの@を\n入れてください。\n"
                   : "First, please type the one that you have now:\n@.\n",
                pin);
        } else {
            add(writer, ja ? "@を入れてください。\n" : "Please type @.\n", pin);
        }
        if (request->idle_keypad) {
            add(writer,
                ja ? "（カードリーダーのボタンは使わず、この画面で入れます）\n"
                   : "(Type it here: the card reader's buttons are not used.)\n",
                "");
        }
    } else if (request->kind == JB_PROMPT_CALLER) {
        if (request->purpose == JB_PURPOSE_SIGN) {
            add(writer,
                ja ? "署名する文書は、ここでは確かめられません。\n"
                   : "The document itself cannot be shown here.\n",
                "");
        }
        add(writer,
            ja ? "自分で始めた操作でないときは「やめる」を選んでください。\n"
               : "If you did not start this yourself, choose Cancel.\n",
            "");
    } else {
        add(writer,
            ja ? "@を、\nカードリーダーのボタンで入れてください。\n"
                 "（このパソコンのキーボードは使いません）\n"
               : "Please type @\non the buttons of the card reader,\n"
                 "not on this computer's keyboard.\n",
            pin);
    }
    if (request->purpose == JB_PURPOSE_PROFILE && request->fields != 0 &&
        request->fields != JB_FIELD_ALL) {
        add_fields(writer, request);
    } else {
        add(writer, "\n@", gifts[lang][request->purpose]);
    }
}

static bool is_known(const struct jb_prompt_request *request) {
    return (unsigned)request->kind <= JB_PROMPT_TRY_NEW_PIN && (unsigned)request->lang < LANGS &&
           (unsigned)request->purpose < PURPOSES && (unsigned)request->pin < PINS &&
           (unsigned)request->note < NOTES;
}

bool jb_prompt_words_make(const struct jb_prompt_request *request, struct jb_prompt_words *out) {
    struct writer writer = {out->description, sizeof(out->description), 0, false};
    enum jb_lang lang = request->lang;

    memset(out, 0, sizeof(*out));
    if (!is_known(request)) {
        return false;
    }
    add_head(&writer, request);
    add_body(&writer, request);
    while (writer.used > 0 && out->description[writer.used - 1] == '\n') {
        out->description[--writer.used] = '\0';
    }
    out->title = titles[lang][request->purpose];
    out->error = notes[lang][request->note][request->pin == JB_PIN_SIGN];
    if (request->note == JB_NOTE_PIN_FORM && request->kind == JB_PROMPT_NEW_PIN) {
        out->error = new_forms[lang][request->pin == JB_PIN_SIGN];
    }
    out->cancel = cancels[lang];
    switch (request->kind) {
    case JB_PROMPT_PIN:
        out->label = labels[lang][request->pin];
        out->ok = pin_oks[lang][request->purpose];
        break;
    case JB_PROMPT_LAST_TRY:
        out->title = last_titles[lang];
        out->ok = to_last_try[lang];
        break;
    case JB_PROMPT_CALLER:
        out->ok = goes_on[lang];
        break;
    case JB_PROMPT_KEYPAD:
        out->ok = cancels[lang];
        break;
    case JB_PROMPT_TRUST:
        out->title = trust_titles[lang];
        out->ok = trusts[lang];
        break;
    case JB_PROMPT_NEW_PIN:
        out->label = new_labels[lang][request->pin == JB_PIN_SIGN];
        out->ok = pin_oks[lang][JB_PURPOSE_CHANGE_PIN];
        break;
    case JB_PROMPT_NEW_PIN_AGAIN:
        out->label = again_labels[lang];
        out->ok = changes[lang];
        break;
    case JB_PROMPT_WEAK_PIN:
        out->title = weak_titles[lang];
        out->ok = weak_oks[lang];
        out->cancel = weak_cancels[lang];
        break;
    case JB_PROMPT_TRY_NEW_PIN:
        out->title = try_titles[lang];
        out->ok = try_oks[lang];
        out->cancel = try_cancels[lang];
        break;
    }
    return !writer.full;
}
