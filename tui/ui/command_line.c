/* The command line: one table has the words, their arguments and what they do. Pages have words of
 * their own. */
#include "ui/command_line.h"

#include <stdio.h>
#include <string.h>

#include "page/names.h"
#include "pintop/config.h"
#include "ui/ask.h"
#include "ui/complete.h"
#include "ui/context.h"
#include "ui/replay.h"
#include "ui/view.h"
#include "ui/wish.h"

/* False: the arguments are wrong. */
typedef bool (*word_fn)(struct ui *ui, const char *first, const char *second);

/* Parses "pin", "pin,geo", "all", "" (all). 0: no such stream. */
static unsigned word_streams(const char *text)
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
    unsigned streams = word_streams(first);
    wish_run(ui, streams, true);
    return streams != 0;
}

static bool word_stop(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    unsigned streams = word_streams(first);
    wish_run(ui, streams, false);
    return streams != 0;
}

static bool word_rate(struct ui *ui, const char *first, const char *second)
{
    double per_s;
    unsigned streams = word_streams(second);
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
    if (topic_find(ui->desk.snap, first) == NULL)
        ui_say(ui, "there is no topic %s", first);
    else
        ask_topic_delete(ui, first);
    return true;
}

static bool word_topic(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    if (first[0] == '\0')
        ui_show_topic(ui, NULL);
    else if (topic_find(ui->desk.snap, first) == NULL)
        ui_say(ui, "there is no topic %s", first);
    else
        ui_show_topic(ui, first);
    return true;
}

static bool word_chart(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    enum chart_form form;
    if (!chart_form_find(first, &form))
        return false;
    ui->desk.chart_form = ui->desk.looks.is_ascii ? CHART_ASCII : form;
    return true;
}

static bool word_context(struct ui *ui, const char *first, const char *second)
{
    bool is_readonly = strcmp(second, "readonly") == 0;
    if (second[0] != '\0' && !is_readonly)
        return false;
    if (first[0] == '\0')
        context_list(ui);
    else
        context_take(ui, first, is_readonly);
    return true;
}

static bool word_theme(struct ui *ui, const char *first, const char *second)
{
    (void)second;
    return view_set_theme(ui, first);
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
    ui->next = ACT_HELP;
    return true;
}

static bool word_quit(struct ui *ui, const char *first, const char *second)
{
    (void)first;
    (void)second;
    ask_quit(ui);
    return true;
}

/* What an argument may be, for its completion. */
enum argument {
    ARG_NONE,
    ARG_STREAMS,
    ARG_RATE,
    ARG_TOPIC,
    ARG_NEW_TOPIC,
    ARG_FORM,
    ARG_THEME,
    ARG_CONTEXT,
    ARG_READONLY
};

/* most: the highest number of arguments. More of them are an error. means: the action of a key that
 * does the same; a recording forbids both. */
static const struct command_word {
    const char *word, *usage;
    int most;
    word_fn act;
    enum action means;
    enum argument arguments[2];
} words[] = {
    {"start",   "[pin,geo,user]",                1, word_start,   ACT_STREAMS,      {ARG_STREAMS}              },
    {"stop",    "[pin,geo,user]",                1, word_stop,    ACT_STREAMS,      {ARG_STREAMS}              },
    {"rate",    "N|max|original [pin,geo,user]", 2, word_rate,    ACT_RATE,         {ARG_RATE, ARG_STREAMS}    },
    {"create",  "TOPIC",                         1, word_create,  ACT_TOPIC_NEW,    {ARG_NEW_TOPIC}            },
    {"delete",  "TOPIC",                         1, word_delete,  ACT_TOPIC_DELETE, {ARG_TOPIC}                },
    {"topic",   "[TOPIC]",                       1, word_topic,   ACT_PAGE,         {ARG_TOPIC}                },
    {"chart",   "braille|block|ascii",           1, word_chart,   ACT_PAGE,         {ARG_FORM}                 },
    {"theme",   "default|safe|light|mono",       1, word_theme,   ACT_PAGE,         {ARG_THEME}                },
    {"context", "[NAME [readonly]]",             2, word_context, ACT_SAVE,         {ARG_CONTEXT, ARG_READONLY}},
    {"refresh", "",                              0, word_refresh, ACT_REFRESH,      {ARG_NONE}                 },
    {"save",    "",                              0, word_save,    ACT_SAVE,         {ARG_NONE}                 },
    {"help",    "",                              0, word_help,    ACT_HELP,         {ARG_NONE}                 },
    {"quit",    "",                              0, word_quit,    ACT_QUIT,         {ARG_NONE}                 },
};

enum { WORDS = sizeof words / sizeof *words };

/* Copies the next word of *text. */
static void word_next(const char **text, char *out, size_t cap)
{
    const char *p = *text + strspn(*text, " ");
    size_t len = strcspn(p, " ");
    snprintf(out, cap, "%.*s", (int)(len < cap ? len : cap - 1), p);
    *text = p + len;
}

static const struct command_word *word_find(const char *word)
{
    for (int i = 0; i < WORDS; i++)
        if (strcmp(words[i].word, word) == 0)
            return &words[i];
    return NULL;
}

/* The row of the page with that word; the number of pages when there is none. */
static size_t word_page(const struct page_table *pages, const char *word)
{
    size_t i = 0;
    while (i < pages->n && strcmp(pages->rows[i].word, word) != 0)
        i++;
    return i;
}

static void word_unknown(const struct page_table *pages, const char *word, char *out, size_t cap)
{
    size_t len = (size_t)snprintf(out, cap, "There is no word \"%s\". Words:", word);
    for (size_t i = 0; i < WORDS && len < cap; i++)
        len += (size_t)snprintf(out + len, cap - len, " %s", words[i].word);
    for (size_t i = 0; i < pages->n && len < cap; i++)
        len += (size_t)snprintf(out + len, cap - len, " %s", pages->rows[i].word);
}

static bool command_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    char word[32], first[PROMPT_MAX], second[64], third[8];
    const char *text = dialog->prompt.text;
    word_next(&text, word, sizeof word);
    word_next(&text, first, sizeof first);
    word_next(&text, second, sizeof second);
    word_next(&text, third, sizeof third);
    int n = (first[0] != '\0') + (second[0] != '\0') + (third[0] != '\0');
    if (!is_yes || word[0] == '\0')
        return true;
    const struct command_word *row = word_find(word);
    size_t page = word_page(ui->pages, word);
    if (row != NULL && replay_refuses(ui, row->means))
        return true;
    if (row != NULL && n <= row->most && row->act(ui, first, second))
        return true;
    if (row == NULL && page < ui->pages->n && n == 0) {
        ui_show_page(ui, page);
        return true;
    }
    if (row == NULL && page == ui->pages->n)
        word_unknown(ui->pages, word, dialog->note, sizeof dialog->note);
    else
        snprintf(dialog->note, sizeof dialog->note, "Usage: %s%s%s", word,
                 row != NULL && row->usage[0] != '\0' ? " " : "", row != NULL ? row->usage : "");
    return false;
}

size_t command_line_help(const struct ui *ui, char *out, size_t cap)
{
    size_t len = (size_t)snprintf(out, cap, "Behind : (Tab completes)\n");
    for (size_t i = 0; i < WORDS && len < cap; i++)
        if (words[i].usage[0] != '\0' && !(ui->is_replay && replay_forbids(words[i].means)))
            len +=
                (size_t)snprintf(out + len, cap - len, "%-12s %s\n", words[i].word, words[i].usage);
    return len < cap ? len : cap - 1;
}

/* ---- completion ---- */

static void offer_each(struct complete *complete, const char *const *offered)
{
    for (; *offered != NULL; offered++)
        complete_offer(complete, *offered);
}

static void offer_forms(struct complete *complete)
{
    for (int i = 0; i < CHART_FORMS; i++)
        complete_offer(complete, chart_form_word((enum chart_form)i));
}

static void offer_themes(struct complete *complete)
{
    for (int i = 0; i < LOOKS_THEMES; i++)
        complete_offer(complete, theme_word((enum theme)i));
}

static void offer_topics(struct complete *complete, const struct ui *ui)
{
    const struct pt_topics_section *topics = ui->desk.snap->topics;
    for (size_t i = 0; i < topics->n_topics; i++)
        complete_offer(complete, topics->topics[i].name);
}

static void offer_contexts(struct complete *complete, const struct ui *ui)
{
    for (size_t i = 0; i < ui->contexts.n; i++)
        complete_offer(complete, ui->contexts.list[i].name);
}

/* The words and the pages, for the beginning of the line. */
static void offer_words(struct complete *complete, const struct ui *ui)
{
    for (int i = 0; i < WORDS; i++)
        complete_offer(complete, words[i].word);
    for (size_t i = 0; i < ui->pages->n; i++)
        complete_offer(complete, ui->pages->rows[i].word);
}

static void offer_argument(struct complete *complete, const struct ui *ui, enum argument argument)
{
    static const char *const streams[] = {"pin", "geo", "user", "all", NULL};
    static const char *const rates[] = {"max", "original", NULL};
    static const char *const readonly[] = {"readonly", NULL};
    static const char *const *const fixed[] = {
        [ARG_STREAMS] = streams,
        [ARG_RATE] = rates,
        [ARG_READONLY] = readonly,
    };
    if (fixed[argument] != NULL)
        offer_each(complete, fixed[argument]);
    else if (argument == ARG_FORM)
        offer_forms(complete);
    else if (argument == ARG_THEME)
        offer_themes(complete);
    else if (argument == ARG_TOPIC)
        offer_topics(complete, ui);
    else if (argument == ARG_CONTEXT)
        offer_contexts(complete, ui);
    else if (argument == ARG_NEW_TOPIC && ui->desk.snap->session->prefix[0] != '\0')
        complete_offer(complete, ui->desk.snap->session->prefix);
}

/* Whether something may follow it on the line. */
static bool argument_is_followed(enum argument argument)
{
    return argument == ARG_RATE || argument == ARG_CONTEXT;
}

/* Which argument of the word is typed at that place of the line, from 0 on; -1: it is the word. */
static int argument_number(const char *line, const char *at)
{
    int n = -1;
    for (const char *p = line; p < at; p++)
        n += *p != ' ' && p[1] == ' ';
    return n;
}

/* What may stand at the end of the line. */
struct offer {
    const char *at; /* where the part begins that is completed; NULL: nothing is expected there */
    enum argument argument; /* ARG_NONE: a word, if anything */
    bool is_followed;       /* something may come after it */
};

static struct offer command_offer_of(const char *line)
{
    char word[32];
    const char *rest = line, *last = strrchr(line, ' '), *at = last != NULL ? last + 1 : line;
    word_next(&rest, word, sizeof word);
    int n = argument_number(line, at);
    const struct command_word *row = word_find(word);
    enum argument argument = row != NULL && n >= 0 && n < 2 ? row->arguments[n] : ARG_NONE;
    const char *comma = argument == ARG_STREAMS ? strrchr(at, ',') : NULL;
    if (n >= 0 && argument == ARG_NONE)
        at = NULL;
    else if (comma != NULL)
        at = comma + 1;
    return (struct offer){at, argument, n < 0 || argument_is_followed(argument)};
}

static void command_offer(struct complete *complete, const struct ui *ui, const struct offer *offer)
{
    complete_begin(complete, offer->at != NULL ? offer->at : "");
    if (offer->argument != ARG_NONE)
        offer_argument(complete, ui, offer->argument);
    else if (offer->at != NULL)
        offer_words(complete, ui);
}

/* Says why there is nothing to offer. */
static void command_no_offer(struct ui *ui, struct dialog *dialog, const struct offer *offer)
{
    const char *why = "nothing known begins like that";
    const struct pt_error *failure = NULL;
    if (offer->at == NULL)
        why = "nothing is expected here";
    else if (offer->argument == ARG_CONTEXT)
        failure = context_look_failure(ui);
    if (failure == NULL)
        snprintf(dialog->note, sizeof dialog->note, "%s", why);
    else
        snprintf(dialog->note, sizeof dialog->note, "%.200s. %.160s", failure->what, failure->fix);
}

static void command_complete(void *owner, struct dialog *dialog)
{
    struct ui *ui = owner;
    struct prompt *prompt = &dialog->prompt;
    struct complete found;
    char line[PROMPT_MAX];
    if (prompt->text[prompt->cursor] != '\0') /* in the middle of the line */
        return;
    struct offer offer = command_offer_of(prompt->text);
    if (offer.argument == ARG_CONTEXT && !context_looked(ui)) {
        dialog->is_awaited = true;
        snprintf(dialog->note, sizeof dialog->note, "reading which contexts there are …");
        return;
    }
    command_offer(&found, ui, &offer);
    if (offer.at == NULL || found.n == 0) {
        command_no_offer(ui, dialog, &offer);
        return;
    }
    int len = snprintf(line, sizeof line, "%.*s%s%s", (int)(offer.at - prompt->text), prompt->text,
                       found.common, found.n == 1 && offer.is_followed ? " " : "");
    if (found.n > 1)
        snprintf(dialog->note, sizeof dialog->note, "%s", found.list);
    if ((size_t)len < sizeof line)
        prompt_begin(prompt, line);
}

void ask_command(struct ui *ui)
{
    context_look(ui);
    struct dialog *dialog = ui_ask(ui, DIALOG_LINE, ":", NULL, command_done);
    if (dialog == NULL)
        return;
    dialog->complete = command_complete;
    snprintf(dialog->note, sizeof dialog->note, "Tab completes");
}
