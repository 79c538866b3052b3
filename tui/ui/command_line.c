/* The line behind `:`. One table gives the words, what follows them, and what they do. */
#include <stdio.h>
#include <string.h>

#include "page/page.h"
#include "pintop/config.h"
#include "ui/wish.h"

/* False: the argument is not understood. */
typedef bool (*word_fn)(struct ui *ui, const char *first, const char *second);

/* "pin", "pin,geo", "all", "" (all). 0: no such stream. */
static unsigned streams_of(const char *text)
{
    if (text[0] == '\0' || strcmp(text, "all") == 0)
        return PT_STREAM_ALL;
    unsigned bits = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        unsigned bit = 0;
        for (int i = 0; i < PT_STREAMS; i++) {
            const char *name = pt_stream_name((enum pt_stream_id)i);
            if (strlen(name) == len && memcmp(name, text, len) == 0)
                bit = PT_STREAM_BIT(i);
        }
        if (bit == 0)
            return 0;
        bits |= bit;
        text += len + (text[len] == ',');
    }
    return bits;
}

static bool word_start(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    unsigned streams = streams_of(first);
    wish_run(ui, streams, true);
    return streams != 0;
}

static bool word_stop(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    unsigned streams = streams_of(first);
    wish_run(ui, streams, false);
    return streams != 0;
}

static bool word_rate(struct ui *ui, const char *first, const char *second)
{
    double per_s;
    unsigned streams = streams_of(second);
    if (pt_rate_parse(first, &per_s, NULL) != PT_OK || streams == 0)
        return false;
    wish_set_rate(ui, streams, per_s);
    return true;
}

static bool word_create(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    struct pt_error err;
    memset(&err, 0, sizeof err);
    if (first[0] == '\0')
        return false;
    if (!topic_create(ui, first, &err))
        ui_fail(ui, "Not created", &err);
    return true;
}

static bool word_delete(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    if (first[0] == '\0')
        return false;
    if (topic_find(ui->snap, first) == NULL)
        ui_say(ui, "there is no topic %s", first);
    else
        ask_topic_delete(ui, first);
    return true;
}

static bool word_topic(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    if (first[0] == '\0')
        ui_show_page(ui, PAGE_TOPICS);
    else if (topic_find(ui->snap, first) == NULL)
        ui_say(ui, "there is no topic %s", first);
    else
        topics_show_details(ui, first);
    return true;
}

static bool word_chart(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    static const char *const forms[] = {"braille", "block", "ascii"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(first, forms[i]) != 0)
            continue;
        ui->chart_form = ui->looks.is_ascii ? CHART_ASCII : (enum chart_form)i;
        return true;
    }
    return false;
}

static bool word_refresh(struct ui *ui, const char *first, const char *second)
{
    (void)first;
    (void)second;
    ui->next = ACT_REFRESH;
    return true;
}

static bool word_save(struct ui *ui, const char *first, const char *second)
{
    (void)first;
    (void)second;
    ask_save(ui);
    return true;
}

static bool word_help(struct ui *ui, const char *first, const char *second)
{
    (void)first;
    (void)second;
    help_show(ui);
    return true;
}

static bool word_quit(struct ui *ui, const char *first, const char *second)
{
    (void)first;
    (void)second;
    ask_quit(ui);
    return true;
}

/* Most words of arguments: more of them is a mistake that is told. A word without an act shows its
 * page. */
static const struct {
    const char *word, *usage;
    int most;
    word_fn act;
    enum page_id page;
} words[] = {
    {"start",     "[pin,geo,user]",                1, word_start,   PAGE_OVERVIEW },
    {"stop",      "[pin,geo,user]",                1, word_stop,    PAGE_OVERVIEW },
    {"rate",      "N|max|original [pin,geo,user]", 2, word_rate,    PAGE_OVERVIEW },
    {"create",    "TOPIC",                         1, word_create,  PAGE_OVERVIEW },
    {"delete",    "TOPIC",                         1, word_delete,  PAGE_OVERVIEW },
    {"topic",     "[TOPIC]",                       1, word_topic,   PAGE_OVERVIEW },
    {"overview",  "",                              0, NULL,         PAGE_OVERVIEW },
    {"topics",    "",                              0, NULL,         PAGE_TOPICS   },
    {"connector", "",                              0, NULL,         PAGE_CONNECTOR},
    {"auth",      "",                              0, NULL,         PAGE_AUTH     },
    {"log",       "",                              0, NULL,         PAGE_LOG      },
    {"chart",     "braille|block|ascii",           1, word_chart,   PAGE_OVERVIEW },
    {"refresh",   "",                              0, word_refresh, PAGE_OVERVIEW },
    {"save",      "",                              0, word_save,    PAGE_OVERVIEW },
    {"help",      "",                              0, word_help,    PAGE_OVERVIEW },
    {"quit",      "",                              0, word_quit,    PAGE_OVERVIEW },
};

enum { WORDS = sizeof words / sizeof *words };

/* Copies the next word of *text. */
static void next_word(const char **text, char *out, size_t cap)
{
    const char *p = *text + strspn(*text, " ");
    size_t len = strcspn(p, " ");
    snprintf(out, cap, "%.*s", (int)(len < cap ? len : cap - 1), p);
    *text = p + len;
}

static bool act(struct ui *ui, int row, const char *const *args, int n)
{
    if (n > words[row].most)
        return false;
    if (words[row].act != NULL)
        return words[row].act(ui, args[0], args[1]);
    ui_show_page(ui, words[row].page);
    return true;
}

static bool command_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    char word[32], first[PROMPT_MAX], second[64], third[8];
    const char *const args[] = {first, second};
    const char *text = dialog->prompt.text;
    next_word(&text, word, sizeof word);
    next_word(&text, first, sizeof first);
    next_word(&text, second, sizeof second);
    next_word(&text, third, sizeof third);
    int n = (first[0] != '\0') + (second[0] != '\0') + (third[0] != '\0');
    if (!is_yes || word[0] == '\0')
        return true;
    for (int i = 0; i < WORDS; i++) {
        if (strcmp(words[i].word, word) != 0)
            continue;
        if (act(ui, i, args, n))
            return true;
        snprintf(dialog->note, sizeof dialog->note, "Usage: %s%s%s", words[i].word,
                 words[i].usage[0] != '\0' ? " " : "", words[i].usage);
        return false;
    }
    int len = snprintf(dialog->note, sizeof dialog->note, "There is no word \"%s\". Words:", word);
    for (int i = 0; i < WORDS && (size_t)len < sizeof dialog->note; i++)
        len +=
            snprintf(dialog->note + len, sizeof dialog->note - (size_t)len, " %s", words[i].word);
    return false;
}

void ask_command(struct ui *ui)
{
    ui_ask(ui, DIALOG_LINE, ":", NULL, command_done);
}
