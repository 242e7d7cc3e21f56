/* SPDX-License-Identifier: MIT */
/* Faults of configuration and policy in words, and the command that mends a file's. */
#include <string.h>

#include "advice.h"
#include "doctor.h"
#include "jpki_bridge/text.h"

enum { SUBJECT_CHARS = 400, SUBJECT_SIZE = SUBJECT_CHARS * 4, QUOTED_SIZE = SUBJECT_SIZE * 4 };

/* "@" is the subject. */
static const struct {
    const char *ja, *en;
} sentences[] = {
    [JB_FAULT_OWNER] = {"@ の所有者が、ほかの人です", "@ belongs to somebody else"},
    [JB_FAULT_WRITABLE] = {"@ に、ほかの人が書き込めます", "somebody else may write to @"},
    [JB_FAULT_UNREADABLE] = {"@ を読み取れません", "@ cannot be read"},
    [JB_FAULT_DANGLING] = {"@ のリンク先がありません", "@ is a link that leads nowhere"},
    [JB_FAULT_NOT_FILE] = {"@ がファイルではありません", "@ is not a file"},
    [JB_FAULT_NOT_FOLDER] = {"@ がフォルダーではありません", "@ is not a folder"},
    [JB_FAULT_TOO_LARGE] = {"@ が大きすぎます", "@ is too large"},
    [JB_FAULT_BYTE_ORDER_MARK] = {"先頭にバイト順マーク(BOM)があります",
                                  "it begins with a byte-order mark (BOM)"},
    [JB_FAULT_JSON] = {"正しい JSON ではありません", "it is not valid JSON"},
    [JB_FAULT_FORM] = {"決まった形ではありません", "it has another form than it must have"},
    [JB_FAULT_UNKNOWN_MEMBER] = {"「@」という項目はありません", "there is no member \"@\""},
    [JB_FAULT_NOT_PATH] = {"「@」が絶対パスではありません", "\"@\" is not an absolute path"},
    [JB_FAULT_NOT_ORIGINS] = {"「@」が https のオリジンのリストではありません",
                              "\"@\" is not a list of https origins"},
    [JB_FAULT_NOT_MODES] = {"「@」が \"01\"、\"02\"、\"04\" のリストではありません",
                            "\"@\" is not a list of \"01\", \"02\", \"04\""},
    [JB_FAULT_NOT_OBJECT] = {"「@」がオブジェクトではありません", "\"@\" is not an object"},
    [JB_FAULT_NOT_BOOL] = {"「@」が true でも false でもありません",
                           "\"@\" is neither true nor false"},
    [JB_FAULT_TOO_MANY] = {"「@」が多すぎます", "\"@\" has too many entries"},
};

void jb_check_add_fault(const struct jb_terminal *terminal, const struct jb_fault *fault,
                        struct jb_check *check) {
    if (fault->kind == JB_FAULT_NONE) { /* memory is short: there is more to come */
        return;
    }
    const char *sentence = JB_SAY(terminal, sentences[fault->kind].ja, sentences[fault->kind].en);
    const char *at = strchr(sentence, '@');
    char subject[SUBJECT_SIZE], line[SUBJECT_SIZE + 256] = "";

    jb_text_for_display(fault->subject, SUBJECT_CHARS, subject, sizeof subject);
    if (at == NULL) {
        jb_append(line, sizeof line, "%s", sentence);
    } else {
        jb_append(line, sizeof line, "%.*s%s%s", (int)(at - sentence), sentence, subject, at + 1);
    }
    jb_check_found(check, line);
}

/* A path as a shell takes it for one word. */
static void quote(const char *path, char out[QUOTED_SIZE]) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    char shown[SUBJECT_SIZE];
    size_t len = 0;

    jb_text_for_display(path, SUBJECT_CHARS, shown, sizeof shown);
    if (shown[strspn(shown, plain)] == '\0') {
        memcpy(out, shown, strlen(shown) + 1);
        return;
    }
    out[len++] = '\'';
    for (const char *at = shown; *at != '\0'; at++) {
        if (*at == '\'') {
            memcpy(out + len, "'\\'", 3);
            len += 3;
        }
        out[len++] = *at;
    }
    out[len++] = '\'';
    out[len] = '\0';
}

bool jb_check_fail_for_file(const struct jb_terminal *terminal, const struct jb_fault *fault,
                            bool admin, struct jb_check *check) {
    /* In a shell that is the person's own, which a name from here need not be. */
    static const char own[] = "\"$(id -un)\"";
    char path[QUOTED_SIZE], remedy[QUOTED_SIZE + 512] = "";

    if (fault->kind == JB_FAULT_OWNER && !admin && jb_advice_is_sudo()) {
        jb_check_fail(
            check, JB_SAY(terminal, "sudo を付けずに実行してください。", "Run this without sudo."));
        return true;
    }
    quote(fault->subject, path);
    switch (fault->kind) {
    case JB_FAULT_OWNER:
        jb_append(remedy, sizeof remedy, "  sudo chown %s %s", admin ? "root" : own, path);
        break;
    case JB_FAULT_WRITABLE:
        jb_append(remedy, sizeof remedy, "  sudo chmod go-w %s", path);
        break;
    case JB_FAULT_UNREADABLE:
        jb_append(remedy, sizeof remedy, "  sudo chmod %s %s", admin ? "a+rX" : "u+rX", path);
        break;
    case JB_FAULT_DANGLING:
        jb_append(remedy, sizeof remedy, "  ls -l %s", path);
        break;
    default:
        return false;
    }
    check->mark = JB_MARK_BAD;
    jb_append(check->remedy, sizeof check->remedy, "%s%s\n%s",
              admin ? JB_SAY(terminal, "管理者にお知らせください。", "Tell your administrator. ")
                    : "",
              fault->kind == JB_FAULT_DANGLING
                  ? JB_SAY(terminal, "リンク先を直すか、リンクを消してください:",
                           "Correct where the link leads, or delete it:")
                  : JB_SAY(terminal, "次のコマンドで直せます:", "This command mends it:"),
              remedy);
    return true;
}
