#include "ui/help.h"

#include <stdio.h>
#include <string.h>

#include "ui/command_line.h"
#include "ui/keys.h"
#include "ui/replay.h"
#include "widget/format.h"

static void help_add(char *text, size_t cap, const char *fmt, const char *keys, const char *words)
    __attribute__((format(printf, 3, 0)));

static void help_add(char *text, size_t cap, const char *fmt, const char *keys, const char *words)
{
    size_t len = strlen(text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text + len, cap - len, fmt, keys, words);
#pragma GCC diagnostic pop
}

void help_show(struct ui *ui)
{
    char text[6000] = "", shown[32], names[300], zone[160];
    struct key_here keys[KEYS_HERE_MAX];
    size_t n = keys_here(ui_page_keys(ui), keys);
    pages_keys(ui->pages, shown, sizeof shown);
    pages_names(ui->pages, names, sizeof names);
    for (size_t i = 0; i < n; i++) {
        bool is_pages = keys[i].binding->action == ACT_PAGE;
        bool is_of_replay = replay_needs(keys[i].binding->action);
        if (keys[i].help != NULL && (ui->is_replay || !is_of_replay))
            help_add(text, sizeof text, "%-12s %s\n", is_pages ? shown : keys[i].binding->shown,
                     is_pages ? names : keys[i].help);
    }
    size_t len = strlen(text);
    if (len + 1 < sizeof text) {
        text[len++] = '\n';
        command_line_help(ui, text + len, sizeof text - len);
    }
    snprintf(zone, sizeof zone, "Times are %s%s", show_zone_words(ui->desk.now_ms).s,
             show_is_local() ? "; those with a Z are UTC." : ".");
    help_add(
        text, sizeof text, "\n%s%s",
        "Words: generated = delivered + failed + in flight + unresolved. QUEUED is the part in "
        "flight that no broker has yet. OLDEST is the age of the oldest record that no broker has "
        "acknowledged. "
        "P99 is the time to the broker's answer. LAG is what the sink has not committed.\n",
        "In FLOW, -n> says that the right side is n behind the left one, +n> that it is ahead, "
        "==> that they are equal. – is unknown. ");
    help_add(text, sizeof text, "%s%s", zone, "");
    char title[64];
    snprintf(title, sizeof title, "Keys on %s", ui_page(ui)->name);
    ui_ask(ui, DIALOG_TEXT, title, text, NULL);
}
