/* The help: the key table as text. */
#include <stdio.h>
#include <string.h>

#include "page/page.h"

static void add(char *text, size_t cap, const char *fmt, const char *keys, const char *words)
    __attribute__((format(printf, 3, 0)));

static void add(char *text, size_t cap, const char *fmt, const char *keys, const char *words)
{
    size_t len = strlen(text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text + len, cap - len, fmt, keys, words);
#pragma GCC diagnostic pop
}

void help_show(struct ui *ui)
{
    char text[6000] = "";
    unsigned at = page_at(ui->page)->place(ui->pages[ui->page]);
    for (size_t i = 0; i < keys_count(); i++) {
        const struct binding *binding = keys_at(i);
        if ((binding->at & at) == 0 || binding->help == NULL)
            continue;
        add(text, sizeof text, "%-12s %s\n", binding->shown, binding->help);
    }
    add(text, sizeof text, "\n%s%s",
        "Words: generated = delivered + failed + in flight + unresolved. QUEUED is the part in "
        "flight that no broker has yet. OLDEST is the age of the oldest record that no broker has "
        "acknowledged. "
        "P99 is the time to the broker's answer. LAG is what the sink has not committed.\n",
        "In FLOW, -n> says that the right side is n behind the left one, +n> that it is ahead, "
        "==> that they are equal. – is unknown. Times are UTC.");
    char title[64];
    snprintf(title, sizeof title, "Keys on %s", page_name(ui->page));
    ui_ask(ui, DIALOG_TEXT, title, text, NULL);
}
