#include "report_fill.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "report/tables.h"

bool report_has_count(const struct field *field)
{
    return field->kind == FIELD_LIST || field->kind == FIELD_REFS || field->kind == FIELD_NUMBERS ||
           field->kind == FIELD_STRINGS ||
           (field->kind == FIELD_ROWS && field->count_at != FIELD_NO_COUNT);
}

bool report_has_key(const struct field *field, const char *key)
{
    return strcmp(field->key, key) == 0;
}

enum { LISTED = 3, ROOM = 4 * 1024 * 1024 };
static _Alignas(max_align_t) char room[ROOM];
static size_t used;
static int64_t turn; /* no value is there twice */

static void *new_bytes(size_t size)
{
    void *bytes = room + used;
    used += (size + 15) / 16 * 16;
    assert_true(used <= ROOM);
    return bytes;
}

void report_fill_begin(void)
{
    memset(room, 0, used);
    used = 0;
    turn = 0;
}

/* Long, with what JSON escapes, and of more than one byte a letter. */
static void fill_text(char *out, size_t cap, bool has_lines)
{
    size_t len = (size_t)snprintf(out, cap, "%ld", (long)turn);
    const char *odd = has_lines ? "\n\"\\\xc3\xa4\xe2\x82\xac" : "/\"\\\xc3\xa4\xe2\x82\xac";
    if (len + strlen(odd) < cap)
        len += (size_t)snprintf(out + len, cap - len, "%s", odd);
    while (len + 1 < cap)
        out[len++] = (char)('a' + turn % 26);
    out[cap - 1] = '\0';
}

static void fill_own(const struct field *field, void *base);

static int word_of(const struct field *field)
{
    return field->word(2)[0] != '?' ? 2 : 1;
}

static void fill_int(const struct field *field, char *at)
{
    int64_t value = field->rules & RULE_TIME ? 1795403558001 + turn * 86400123
                    : field->size == 8       ? 9007199254740993 + turn /* no double has it */
                    : field->size == 4       ? 100000 + turn
                                             : turn % 100;
    memcpy(at, &value, field->size);
}

static void fill_real(const struct field *field, void *at)
{
    if (field->size == sizeof(float))
        *(float *)at = (float)turn + 0.125f;
    else
        *(double *)at = (double)turn + 0.125;
}

static void fill_list(const struct field *field, char *at, void *base)
{
    size_t n = field->capacity > 0 ? field->capacity : LISTED;
    size_t size = field->table == NULL ? sizeof(void *) : field->table->size;
    char *array = at;
    if (field->kind == FIELD_REFS)
        size = sizeof(void *);
    if (field->capacity == 0)
        *(void **)(void *)at = array = new_bytes(n * size);
    if (report_has_count(field))
        memcpy((char *)base + field->count_at, &n, sizeof n);
    for (size_t i = 0; i < n; i++, turn++) {
        char *one = array + i * size;
        if (field->kind == FIELD_REFS && field->table != NULL)
            one = *(void **)(void *)one = new_bytes(field->table->size);
        if (field->table != NULL)
            report_fill(field->table, one);
        else if (field->kind == FIELD_NUMBERS)
            ((float *)(void *)array)[i] = (float)turn + 0.125f;
        else
            fill_text(*(char **)(void *)one = new_bytes(64), 64, false);
    }
}

static void fill_field(const struct field *field, void *base)
{
    char *at = (char *)base + field->offset;
    const int word = field->word != NULL ? word_of(field) : 0;
    turn++;
    switch (field->kind) {
    case FIELD_BOOL:
        *(bool *)at = true;
        break;
    case FIELD_INT:
        fill_int(field, at);
        break;
    case FIELD_REAL:
        fill_real(field, at);
        break;
    case FIELD_TEXT:
        fill_text(at, field->size, false);
        break;
    case FIELD_STRING:
        *(char **)(void *)at = new_bytes(96);
        fill_text(*(char **)(void *)at, 96, (field->rules & RULE_LINES) != 0);
        break;
    case FIELD_WORD:
        memcpy(at, &word, field->size);
        break;
    case FIELD_BITS:
        *(unsigned *)(void *)at = 5;
        break;
    case FIELD_OBJECT:
        report_fill(field->table, at);
        break;
    case FIELD_GROUP:
        report_fill(field->table, base);
        break;
    case FIELD_PART:
        if (*(void **)(void *)at == NULL)
            *(void **)(void *)at = new_bytes(field->table->size);
        report_fill(field->table, *(void **)(void *)at);
        break;
    case FIELD_OWN:
        fill_own(field, base);
        break;
    case FIELD_MADE:
    case FIELD_HELD:
        break;
    default: /* lists */
        fill_list(field, at, base);
    }
}

void report_fill(const struct field_table *table, void *base)
{
    for (size_t i = 0; i < table->n; i++)
        fill_field(&table->fields[i], base);
    for (size_t i = 0; i < table->n; i++)
        if (table->fields[i].is_known != NULL)
            assert_true(table->fields[i].is_known(base));
}

/* Topics in turns watched and not, by name; each has a few partitions. */
static const struct field_table *partition_rows(void)
{
    for (size_t f = 0; f < topic_table.n; f++)
        if (strcmp(topic_table.fields[f].key, "\"by_partition\":") == 0)
            return topic_table.fields[f].table;
    fail_msg("the topics' table has no partitions");
    return &topic_table;
}

static void fill_topics(struct pt_topics_section *section)
{
    struct pt_topic *topics = new_bytes(4 * sizeof *topics);
    struct pt_partition *partitions = new_bytes(12 * sizeof *partitions);
    section->topics = topics;
    section->n_topics = 4;
    section->partitions = partitions;
    for (int i = 0; i < 4; i++) {
        report_fill(&topic_table, &topics[i]);
        topics[i].name[0] = (char)('a' + i);
        topics[i].is_watched = i % 2 == 0;
        topics[i].n_partitions = i;
        topics[i].first_partition = section->n_partitions;
        for (int k = 0; k < i; k++)
            report_fill(partition_rows(), &partitions[section->n_partitions++]);
    }
}

static bool is_ring(const struct field *field)
{
    static const char *const keys[] = {
        "\"produced\":", "\"in\":", "\"out\":", "\"lag\":", "\"ack_p99_ms\":", "\"token_left_s\":"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (report_has_key(field, keys[i]))
            return true;
    return false;
}

static void fill_own(const struct field *field, void *base)
{
    char *at = (char *)base + field->offset;
    if (report_has_key(field, "\"topics\":"))
        fill_topics(base);
    else if (report_has_key(field, "\"clock_offset_ms\":"))
        ((struct pt_auth *)base)->has_offset = true, fill_int(field, at);
    else if (report_has_key(field, "\"bad_first\":"))
        for (int i = 0; i < PT_BAD_ROWS_SHOWN; i++)
            report_fill(field->table, at + (size_t)i * field->table->size);
    else if (is_ring(field))
        for (int i = 0; i < PT_SERIES_LEN; i++, turn++)
            ((float *)(void *)at)[i] = (float)turn + 0.125f;
    else if (report_has_key(field, "\"ack_counts\":"))
        for (int i = 0; i < PT_ACK_BUCKETS; i++, turn++)
            ((int64_t *)(void *)at)[i] = INT64_C(9007199254740993) + turn;
    else if (report_has_key(field, "\"recent_in_per_s\":"))
        for (size_t *n = &((struct pt_stream *)base)->n_recent; *n < PT_RECENT - 1; turn++)
            ((float *)(void *)at)[(*n)++] = (float)turn + 0.125f;
    else if (report_has_key(field, "\"replica_ids\":"))
        for (int i = 0; i < 8; i++)
            ((int32_t *)(void *)at)[i] = (int32_t)turn++;
    else if (!report_has_key(field, "\"revisions\":") &&
             !report_has_key(field, "\"other_topics\":") &&
             !report_has_key(field, "\"by_partition\":"))
        fail_msg("this test doesn't know how to fill %s", field->key);
}

struct pt_section *report_section(const struct pt_snapshot *snap, size_t i)
{
    const void *all[] = {snap,         snap->session,    snap->cluster,   snap->streams,
                         snap->topics, snap->connectors, snap->events,    snap->log,
                         snap->series, snap->auth,       snap->completed, snap->setup,
                         snap->minutes};
    return i < sizeof all / sizeof *all ? (struct pt_section *)(uintptr_t)all[i] : NULL;
}

struct pt_snapshot *report_filled_snapshot(void)
{
    report_fill_begin();
    struct pt_snapshot *snap = new_bytes(sizeof *snap);
    report_fill(&snapshot_table, snap);
    for (size_t i = 0; report_section(snap, i) != NULL; i++)
        report_section(snap, i)->version = UINT64_MAX - i;
    return snap;
}
