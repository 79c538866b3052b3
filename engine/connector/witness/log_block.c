#include "connector/witness/log_block.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mask.h"
#include "pintop/stream.h"

/* A block that is not closed yet. */
struct log_open {
    char worker[48];
    struct log_block block;
    struct buf text;
};

enum { OPEN_MAX = 256, DEATH_MS = 2 * 60 * 1000 };

/* ------------------------------------------------------------------ one line */

struct line {
    char worker[48];
    bool is_head; /* it has a time: a block begins */
    int64_t time_ms;
    char level[8], connector[136];
    int32_t task;
    const char *text; /* after the worker's prefix */
};

/* "[Worker-0bb8afa0b01391c41] " */
static const char *take_worker(const char *line, char *out, size_t cap)
{
    static const char prefix[] = "[Worker-";
    const char *end = strchr(line, ']');
    if (strncmp(line, prefix, sizeof prefix - 1) != 0 || end == NULL)
        return line;
    snprintf(out, cap, "%.*s", (int)(end - line - (long)sizeof prefix + 1),
             line + sizeof prefix - 1);
    return end[1] == ' ' ? end + 2 : end + 1;
}

/* Reads "[2021-09-06 16:02:54,151] " as a time in ISO 8601; NULL when the text begins otherwise. */
static const char *take_time(const char *text, int64_t *time_ms)
{
    char iso[32];
    const char *end = strchr(text, ']');
    if (text[0] != '[' || end == NULL || end - text < 20 || end - text > 30)
        return NULL;
    if (!isdigit((unsigned char)text[1]) || text[5] != '-' || text[8] != '-')
        return NULL;
    snprintf(iso, sizeof iso, "%.*s", (int)(end - text - 1), text + 1);
    iso[10] = 'T';
    for (char *c = iso; *c != '\0'; c++)
        if (*c == ',')
            *c = '.';
    if (!clock_parse_iso(iso, time_ms))
        return NULL;
    return end[1] == ' ' ? end + 2 : end + 1;
}

static const char *take_level(const char *text, char out[8])
{
    static const char *const levels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        size_t len = strlen(levels[i]);
        if (strncmp(text, levels[i], len) == 0 && (text[len] == ' ' || text[len] == '\0')) {
            snprintf(out, 8, "%s", levels[i]);
            return text[len] == ' ' ? text + len + 1 : text + len;
        }
    }
    return text;
}

/* "[name|task-0] " or "[name|worker] " */
static void log_block_take_connector(const char *text, struct line *line)
{
    const char *bar = strchr(text, '|'), *end = strchr(text, ']');
    if (text[0] != '[' || bar == NULL || end == NULL || bar > end)
        return;
    snprintf(line->connector, sizeof line->connector, "%.*s", (int)(bar - text - 1), text + 1);
    if (strncmp(bar + 1, "task-", 5) == 0)
        line->task = (int32_t)strtol(bar + 6, NULL, 10);
}

static void log_block_parse(const char *text, struct line *line)
{
    memset(line, 0, sizeof *line);
    line->task = -1;
    line->text = take_worker(text, line->worker, sizeof line->worker);
    const char *rest = take_time(line->text, &line->time_ms);
    line->is_head = rest != NULL;
    if (rest == NULL)
        return;
    while (*rest == ' ')
        rest++;
    log_block_take_connector(take_level(rest, line->level), line);
}

/* ------------------------------------------------------------------ blocks */

void log_cutter_init(struct log_cutter *cutter)
{
    memset(cutter, 0, sizeof *cutter);
}

static void close_block(struct log_cutter *cutter, struct log_open *open)
{
    struct log_blocks *all = &cutter->blocks;
    if (open->text.len == 0)
        return;
    struct log_block *grown = realloc(all->items, (all->n + 1) * sizeof *all->items);
    open->text.is_over = false; /* cut off, not refused */
    char *text = buf_take(&open->text, NULL);
    if (grown != NULL)
        all->items = grown;
    if (grown == NULL || text == NULL || all->n >= LOG_BLOCKS_MAX) {
        free(text);
        cutter->is_over = true;
        return;
    }
    all->items[all->n] = open->block;
    all->items[all->n++].text = text;
}

static struct log_open *open_of(struct log_cutter *cutter, const char *worker)
{
    for (size_t i = 0; i < cutter->n_open; i++)
        if (strcmp(cutter->open[i].worker, worker) == 0)
            return &cutter->open[i];
    struct log_open *grown = cutter->n_open < OPEN_MAX
                                 ? realloc(cutter->open, (cutter->n_open + 1) * sizeof *grown)
                                 : NULL;
    if (grown == NULL) {
        cutter->is_over = true;
        return NULL;
    }
    cutter->open = grown;
    struct log_open *open = &grown[cutter->n_open++];
    memset(open, 0, sizeof *open);
    snprintf(open->worker, sizeof open->worker, "%s", worker);
    buf_init(&open->text, LOG_BLOCK_TEXT_MAX);
    return open;
}

/* The beginning and the end are kept: a trace has its root cause last. */
static void log_block_append(struct buf *text, const char *line)
{
    size_t len = strlen(line), half = LOG_BLOCK_TEXT_MAX / 2;
    if (text->len + len <= LOG_BLOCK_TEXT_MAX) {
        buf_puts(text, line);
        return;
    }
    text->len = text->len < half ? text->len : half;
    size_t room = LOG_BLOCK_TEXT_MAX - text->len;
    char *masked = mask_copy(line); /* masked first, because a cut may fall inside a secret */
    len = masked != NULL ? strlen(masked) : 0;
    if (masked != NULL)
        buf_puts(text, masked + (len > room ? len - room : 0));
    free(masked);
}

void log_cutter_add(struct log_cutter *cutter, const char *stream, int64_t time_ms,
                    const char *text)
{
    struct line line;
    log_block_parse(text, &line);
    struct log_open *open = open_of(cutter, line.worker[0] != '\0' ? line.worker : stream);
    if (open == NULL)
        return;
    if (line.is_head || open->text.len == 0) {
        close_block(cutter, open);
        buf_reset(&open->text);
        int64_t when_ms = time_ms != PT_UNKNOWN ? time_ms
                          : line.is_head        ? line.time_ms
                                                : PT_UNKNOWN;
        open->block = (struct log_block){
            .time_ms = when_ms, .first_ms = when_ms, .task = line.task, .count = 1};
        snprintf(open->block.worker, sizeof open->block.worker, "%s", line.worker);
        snprintf(open->block.level, sizeof open->block.level, "%s", line.level);
        snprintf(open->block.connector, sizeof open->block.connector, "%s", line.connector);
    }
    if (open->text.len > 0)
        log_block_append(&open->text, "\n");
    log_block_append(&open->text, line.text);
}

/* ------------------------------------------------------------------ evidence */

static bool is_level(const struct log_block *block, const char *a, const char *b)
{
    return strcmp(block->level, a) == 0 || strcmp(block->level, b) == 0;
}

/* True when a task, or the connector, was given up. */
static bool is_end(const struct log_block *block)
{
    static const char *const words[] = {
        "being killed",         "uncaught and unrecoverable", "Error while starting connector",
        "Failed to start task", "Failed to start connector",  "Stopping after connector error"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(block->text, words[i]) != NULL)
            return true;
    return false;
}

enum log_weight log_weight(const struct log_block *block)
{
    if (is_level(block, "ERROR", "FATAL") && is_end(block))
        return LOG_KILLED;
    if (is_level(block, "ERROR", "FATAL"))
        return LOG_ERROR;
    if (is_level(block, "WARN", "WARN"))
        return LOG_WARNING;
    /* Kafka's client reports at level INFO that a login cannot even be started. */
    if (strstr(block->text, "Failed to create channel due to") != NULL)
        return LOG_WARNING;
    /* The head of the block is not part of what was read. */
    if (block->level[0] == '\0' && strstr(block->text, "Caused by: ") != NULL)
        return LOG_ERROR;
    return LOG_NOTHING;
}

/* Reads the task's number from "WorkerSinkTask{id=demo-sink-2}", when the line's prefix has
 * none; -1 none. */
static int32_t log_block_task_of(const struct log_block *block)
{
    const char *id = strstr(block->text, "Task{id=");
    size_t len = id != NULL ? strcspn(id, "}\n") : 0;
    if (block->task >= 0 || id == NULL || id[len] != '}')
        return block->task;
    const char *dash = id + len;
    while (dash > id && *dash != '-')
        dash--;
    return *dash == '-' ? (int32_t)strtol(dash + 1, NULL, 10) : -1;
}

/* A task or a worker that started successfully ends what was logged of its earlier life. */
static bool begins_anew(const struct log_block *block, bool *is_worker)
{
    *is_worker = strstr(block->text, "Kafka Connect started") != NULL;
    return strcmp(block->level, "INFO") == 0 &&
           (*is_worker || strstr(block->text, "finished initialization and start") != NULL);
}

static bool is_same_connector(const struct log_block *a, const struct log_block *b)
{
    return a->connector[0] == '\0' || b->connector[0] == '\0' ||
           strcmp(a->connector, b->connector) == 0;
}

static void end_lives(struct log_blocks *blocks)
{
    for (size_t i = 0; i < blocks->n; i++) {
        const struct log_block *begin = &blocks->items[i];
        bool is_worker;
        if (!begins_anew(begin, &is_worker))
            continue;
        int32_t task = log_block_task_of(begin);
        for (size_t k = 0; k < i; k++) {
            struct log_block *before = &blocks->items[k];
            bool is_same = is_worker ? strcmp(before->worker, begin->worker) == 0
                                     : task >= 0 && log_block_task_of(before) == task &&
                                           is_same_connector(before, begin);
            before->is_over = before->is_over || is_same;
        }
    }
}

/* ------------------------------------------------------------------ folding */

/* Alike: the same except for digits, in the first line (without its time) and in the last
 * "Caused by". */
static uint64_t hash_line(const char *text, uint64_t hash)
{
    for (; *text != '\0' && *text != '\n'; text++) {
        if (!isdigit((unsigned char)*text))
            hash = hash64_byte(hash, (unsigned char)*text);
    }
    return hash;
}

static const char *last_cause(const char *text)
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, "Caused by")) != NULL; at++)
        found = at;
    return found != NULL ? found : "";
}

static uint64_t hash_of(const struct log_block *block)
{
    /* An error that is over must neither hide nor represent a later one. */
    uint64_t hash = hash_line(block->text, HASH64_EMPTY + block->is_over);
    return hash_line(last_cause(block->text), hash);
}

/* Keeps the last block of each kind, with the count, at its last position. The number of blocks
 * is limited; the loop is quadratic only in the kinds. */
static void log_block_fold(struct log_blocks *blocks)
{
    uint64_t *hashes = calloc(blocks->n + 1, sizeof *hashes);
    struct log_block *kept = calloc(blocks->n + 1, sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; hashes != NULL && kept != NULL && i < blocks->n; i++) {
        struct log_block block = blocks->items[i];
        uint64_t hash = hash_of(&block);
        size_t k = 0;
        while (k < n && hashes[k] != hash)
            k++;
        if (k < n) {
            char *earlier = kept[k].text;
            block.count += kept[k].count;
            block.first_ms = kept[k].first_ms;
            n--;
            memmove(&kept[k], &kept[k + 1], (n - k) * sizeof *kept);
            memmove(&hashes[k], &hashes[k + 1], (n - k) * sizeof *hashes);
            free(earlier);
        }
        hashes[n] = hash;
        kept[n++] = block;
    }
    if (hashes != NULL && kept != NULL) {
        free(blocks->items);
        blocks->items = kept;
        blocks->n = n;
    } else {
        free(kept);
    }
    free(hashes);
}

void log_cutter_end(struct log_cutter *cutter, struct log_blocks *out)
{
    for (size_t i = 0; i < cutter->n_open; i++) {
        close_block(cutter, &cutter->open[i]);
        buf_done(&cutter->open[i].text);
    }
    free(cutter->open);
    cutter->open = NULL;
    cutter->n_open = 0;
    end_lives(&cutter->blocks);
    log_block_fold(&cutter->blocks);
    for (size_t i = 0; i < cutter->blocks.n; i++) {
        struct log_block *block = &cutter->blocks.items[i];
        block->rule = log_weight(block) != LOG_NOTHING ? rules_match(block->text, RULE_LOG) : NULL;
    }
    *out = cutter->blocks;
    cutter->blocks = (struct log_blocks){0};
}

void log_blocks_done(struct log_blocks *blocks)
{
    for (size_t i = 0; i < blocks->n; i++)
        free(blocks->items[i].text);
    free(blocks->items);
    memset(blocks, 0, sizeof *blocks);
}

static bool is_specific(const struct log_block *block)
{
    return block->rule != NULL && !block->rule->is_generic;
}

static bool has_exception(const struct log_block *block)
{
    return strstr(block->text, "Exception") != NULL || strstr(block->text, "Error: ") != NULL;
}

/* How informative a block is: known to a rule, an exception, a mere sentence. */
static int log_block_telling(const struct log_block *block)
{
    return is_specific(block) ? 2 : has_exception(block);
}

/* Returns the newest block of a weight, among the most informative ones. */
static const struct log_block *log_block_newest(const struct log_blocks *blocks,
                                                enum log_weight weight)
{
    const struct log_block *found = NULL;
    for (size_t i = blocks->n; i > 0; i--) {
        const struct log_block *block = &blocks->items[i - 1];
        if (block->is_over || log_weight(block) != weight)
            continue;
        if (found == NULL || log_block_telling(block) > log_block_telling(found))
            found = block;
    }
    return found;
}

/* Returns an error that a rule knows, at about the time of a failure that none knows. */
static const struct log_block *log_block_beside(const struct log_blocks *blocks,
                                                const struct log_block *killed)
{
    for (size_t i = blocks->n; i > 0; i--) {
        const struct log_block *block = &blocks->items[i - 1];
        bool is_near = block->time_ms == PT_UNKNOWN || killed->time_ms == PT_UNKNOWN ||
                       (block->time_ms <= killed->time_ms + DEATH_MS &&
                        block->time_ms >= killed->time_ms - DEATH_MS);
        if (is_near && !block->is_over && log_weight(block) == LOG_ERROR && is_specific(block))
            return block;
    }
    return killed;
}

const struct log_block *log_blocks_guilty(const struct log_blocks *blocks)
{
    const struct log_block *killed = log_block_newest(blocks, LOG_KILLED);
    const struct log_block *error = log_block_newest(blocks, LOG_ERROR);
    const struct log_block *warning = log_block_newest(blocks, LOG_WARNING);
    if (killed != NULL && !is_specific(killed))
        killed = log_block_beside(blocks, killed);
    /* "Stopping after connector error" alone does not name the cause. */
    if (killed != NULL &&
        (log_block_telling(killed) > 0 || error == NULL || log_block_telling(error) == 0))
        return killed;
    if (warning != NULL && !is_specific(warning))
        warning = NULL;
    if (error != NULL && (is_specific(error) || warning == NULL || warning < error))
        return error;
    return warning;
}

bool log_block_is_of(const struct log_block *block, const char *connector)
{
    return connector[0] == '\0' || block->connector[0] == '\0' ||
           strcmp(block->connector, connector) == 0;
}
