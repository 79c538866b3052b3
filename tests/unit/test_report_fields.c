/* Each field of each public struct goes to JSON and comes back. The structs are filled from the
 * tables; and the tables are held against the structs themselves, so that a field without a row
 * fails here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/report.h"
#include "report/tables.h"
#include "report_fill.h"

#ifdef __has_builtin
#if __has_builtin(__builtin_clear_padding)
#define HAS_CLEAR_PADDING 1
#endif
#endif

/* All structs that are written, however deep they stand. */
#define TYPES(X)                                                                                   \
    X(pt_snapshot)                                                                                 \
    X(pt_session_section)                                                                          \
    X(pt_cluster_section)                                                                          \
    X(pt_broker)                                                                                   \
    X(pt_streams_section)                                                                          \
    X(pt_stream)                                                                                   \
    X(pt_bad_row)                                                                                  \
    X(pt_stream_totals)                                                                            \
    X(pt_topics_section)                                                                           \
    X(pt_topic)                                                                                    \
    X(pt_partition)                                                                                \
    X(pt_auth_section)                                                                             \
    X(pt_auth)                                                                                     \
    X(pt_refresh)                                                                                  \
    X(pt_connectors_section)                                                                       \
    X(pt_connector)                                                                                \
    X(pt_task)                                                                                     \
    X(pt_lag)                                                                                      \
    X(pt_evidence)                                                                                 \
    X(pt_probe)                                                                                    \
    X(pt_events_section)                                                                           \
    X(pt_log_section)                                                                              \
    X(pt_event)                                                                                    \
    X(pt_away_sample)                                                                              \
    X(pt_away_past)                                                                                \
    X(pt_restart)                                                                                  \
    X(pt_series_section)                                                                           \
    X(pt_setup_section)                                                                            \
    X(pt_check)                                                                                    \
    X(pt_progress)                                                                                 \
    X(pt_completed_section)                                                                        \
    X(pt_result)                                                                                   \
    X(pt_described_group)                                                                          \
    X(pt_peeked) X(pt_described_partition) X(pt_config_entry) X(pt_line) X(pt_command) X(pt_error)

/* ---- every byte has a row ---- */

#ifdef HAS_CLEAR_PADDING
#define MARK(type)                                                                                 \
    static void mark_##type(void *at)                                                              \
    {                                                                                              \
        memset(at, 0xff, sizeof(struct type));                                                     \
        __builtin_clear_padding((struct type *)at);                                                \
    }
#else
#define MARK(type)                                                                                 \
    static void mark_##type(void *at)                                                              \
    {                                                                                              \
        memset(at, 0, sizeof(struct type));                                                        \
    }
#endif
TYPES(MARK)

static struct type {
    const char *name;
    size_t size;
    void (*mark)(void *at); /* 0xff where a field is, 0 where the compiler left a gap */
    unsigned char *has_row;
} types[] = {
#define TYPE_ROW(type) {#type, sizeof(struct type), mark_##type, NULL},
    TYPES(TYPE_ROW)
#undef TYPE_ROW
};
enum { N_TYPES = sizeof types / sizeof *types };

static struct type *type_of(const struct field_table *table)
{
    for (size_t i = 0; i < N_TYPES; i++)
        if (strcmp(types[i].name, table->name) == 0)
            return &types[i];
    fail_msg("struct %s is written, but isn't in the list of this test", table->name);
    return NULL;
}

static void note_rows(const struct field_table *table)
{
    struct type *type = type_of(table);
    assert_int_equal(type->size, table->size);
    if (type->has_row == NULL)
        type->has_row = calloc(1, type->size);
    for (size_t i = 0; i < table->n; i++) {
        const struct field *field = &table->fields[i];
        memset(type->has_row + field->offset, 1, field->size);
        if (report_has_count(field))
            memset(type->has_row + field->count_at, 1, sizeof(size_t));
        if (field->table != NULL)
            note_rows(field->table);
    }
}

static void every_byte_has_a_row(void **state)
{
    (void)state;
    note_rows(&snapshot_table);
    note_rows(&command_table);
    for (size_t i = 0; i < N_TYPES; i++) {
        struct type *type = &types[i];
        unsigned char *fields = malloc(type->size);
        if (type->has_row == NULL)
            fail_msg("struct %s is in the list of this test, but has no table", type->name);
        type->mark(fields);
        for (size_t at = 0; at < type->size; at++)
            if (fields[at] != 0 && !type->has_row[at])
                fail_msg("struct %s has a field at byte %zu without a row in engine/report/",
                         type->name, at);
        free(fields);
        free(type->has_row);
        type->has_row = NULL;
    }
#ifndef HAS_CLEAR_PADDING
    skip(); /* this compiler doesn't say where it left gaps */
#endif
}

/* ---- no key is there twice ---- */

static const char *keys[256];

static size_t list_keys(const struct field_table *table, size_t n)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct field *field = &table->fields[i];
        if (field->key == NULL && field->kind == FIELD_PART)
            n = list_keys(field->table, n);
        else if (field->key != NULL)
            keys[n++] = field->key;
    }
    return n;
}

static void check_keys(const struct field_table *table)
{
    size_t n = list_keys(table, 0);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(keys[i], keys[k]) == 0)
                fail_msg("struct %s has the key %s twice", table->name, keys[i]);
    for (size_t i = 0; i < table->n; i++)
        if (table->fields[i].table != NULL)
            check_keys(table->fields[i].table);
}

static void no_key_is_there_twice(void **state)
{
    (void)state;
    check_keys(&snapshot_table);
    check_keys(&command_table);
}

/* ---- comparing ---- */

static void compare(const struct field_table *table, const void *a, const void *b);

static void compare_lists(const struct field *field, const void *a, const void *b)
{
    size_t n = field_count(field, a), size = field->table == NULL ? 0 : field->table->size;
    const char *from = field_of(field, a), *to = field_of(field, b);
    assert_int_equal(n, field_count(field, b));
    if (field->capacity == 0) {
        from = *(const char *const *)(const void *)from;
        to = *(const char *const *)(const void *)to;
    }
    for (size_t i = 0; i < n; i++) {
        if (field->kind == FIELD_REFS)
            compare(field->table, ((const void *const *)(const void *)from)[i],
                    ((const void *const *)(const void *)to)[i]);
        else if (field->kind == FIELD_STRINGS)
            assert_string_equal(((const char *const *)(const void *)from)[i],
                                ((const char *const *)(const void *)to)[i]);
        else if (field->kind == FIELD_NUMBERS)
            assert_memory_equal(from + i * sizeof(float), to + i * sizeof(float), sizeof(float));
        else
            compare(field->table, from + i * size, to + i * size);
    }
}

static void compare_topics(const struct pt_topics_section *a, const struct pt_topics_section *b)
{
    assert_int_equal(a->n_topics, b->n_topics);
    assert_int_equal(a->n_partitions, b->n_partitions);
    for (size_t i = 0; i < a->n_topics; i++) {
        compare(&topic_table, &a->topics[i], &b->topics[i]);
        const struct pt_topic *from = &a->topics[i], *to = &b->topics[i];
        for (int k = 0; k < from->n_partitions; k++)
            assert_memory_equal(&a->partitions[from->first_partition + (size_t)k],
                                &b->partitions[to->first_partition + (size_t)k],
                                sizeof *a->partitions);
    }
}

static void compare_fields(const struct field *field, const void *a, const void *b)
{
    const char *from = field_of(field, a), *to = field_of(field, b);
    switch (field->kind) {
    case FIELD_TEXT:
        assert_string_equal(from, to);
        break;
    case FIELD_STRING:
        assert_string_equal(*(const char *const *)(const void *)from,
                            *(const char *const *)(const void *)to);
        break;
    case FIELD_OBJECT:
        compare(field->table, from, to);
        break;
    case FIELD_GROUP:
        compare(field->table, a, b);
        break;
    case FIELD_PART:
        compare(field->table, *(const void *const *)(const void *)from,
                *(const void *const *)(const void *)to);
        break;
    case FIELD_OWN:
        if (report_has_key(field, "\"topics\":"))
            compare_topics(a, b);
        else if (!report_has_key(field, "\"revisions\":") &&
                 !report_has_key(field, "\"other_topics\":") &&
                 !report_has_key(field, "\"by_partition\":"))
            assert_memory_equal(from, to, field->size);
        break;
    case FIELD_MADE:
    case FIELD_HELD:
        break;
    case FIELD_ROWS:
    case FIELD_LIST:
    case FIELD_REFS:
    case FIELD_NUMBERS:
    case FIELD_STRINGS:
        compare_lists(field, a, b);
        break;
    default:
        if (memcmp(from, to, field->size) != 0)
            fail_msg("%s came back as another one", field->key);
    }
}

static void compare(const struct field_table *table, const void *a, const void *b)
{
    for (size_t i = 0; i < table->n; i++)
        compare_fields(&table->fields[i], a, b);
}

/* ---- there and back ---- */

static void a_snapshot_comes_back(void **state)
{
    (void)state;
    struct pt_error err = {0};
    const struct pt_snapshot *snap = report_filled_snapshot(), *read;
    char *json = pt_snapshot_json(snap);
    assert_non_null(json);
    if (pt_snapshot_read(json, strlen(json), &read, &err) != PT_OK)
        fail_msg("%s", err.what);
    compare(&snapshot_table, snap, read);
    for (size_t i = 0; report_section(snap, i) != NULL; i++) {
        assert_true(report_section(read, i)->version == report_section(snap, i)->version);
        assert_int_equal(report_section(read, i)->refs, 1);
    }
    assert_true(read->auth->auth.has_offset);
    char *again = pt_snapshot_json(read);
    assert_string_equal(json, again);
    free(json);
    free(again);
    /* It is counted: who holds it, has it. */
    pt_snapshot_acquire(read);
    pt_snapshot_release(read);
    assert_string_equal(read->log->lines[2]->text, snap->log->lines[2]->text);
    pt_snapshot_release(read);
}

static void a_command_comes_back(void **state)
{
    (void)state;
    struct pt_error err = {0};
    struct pt_command cmd = {0}, *read;
    report_fill_begin();
    report_fill(&command_table, &cmd);
    char *json = pt_command_json(&cmd);
    if (pt_command_read(json, strlen(json), &read, &err) != PT_OK)
        fail_msg("%s", err.what);
    compare(&command_table, &cmd, read);
    free(json);
    pt_command_free(read);
    assert_int_equal(pt_command_read("{\"api\":1}", 9, &read, &err), PT_EDATA);
    assert_null(read);
    for (size_t i = 0; i < pt_command_count(); i++) {
        const struct pt_command one = {.kind = (enum pt_command_kind)i, .connector = ""};
        json = pt_command_json(&one);
        assert_int_equal(pt_command_read(json, strlen(json), &read, &err), PT_OK);
        assert_int_equal(read->kind, one.kind);
        assert_null(read->topic);
        assert_string_equal(read->connector, "");
        free(json);
        pt_command_free(read);
    }
}

static void a_result_comes_back(void **state)
{
    (void)state;
    struct pt_error err = {0};
    struct pt_result result = {0};
    const struct pt_result *read;
    report_fill_begin();
    report_fill(&result_table, &result);
    char *json = pt_result_json(&result);
    if (pt_result_read(json, strlen(json), &read, &err) != PT_OK)
        fail_msg("%s", err.what);
    compare(&result_table, &result, read);
    assert_true(read->bytes > 0);
    free(json);
    pt_result_release(read);
}

static void an_error_comes_back(void **state)
{
    (void)state;
    struct pt_error err = {0}, error = {0}, read;
    report_fill(&error_table, &error);
#define CHECK(id, word, status)                                                                    \
    error.code = id;                                                                               \
    json = pt_error_json(&error);                                                                  \
    assert_int_equal(pt_error_read(json, strlen(json), &read, &err), PT_OK);                       \
    assert_int_equal(read.code, id);                                                               \
    compare(&error_table, &error, &read);                                                          \
    free(json);
    char *json;
    PT_CODES(CHECK)
#undef CHECK
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_has_a_row),  cmocka_unit_test(no_key_is_there_twice),
        cmocka_unit_test(a_snapshot_comes_back), cmocka_unit_test(a_command_comes_back),
        cmocka_unit_test(a_result_comes_back),   cmocka_unit_test(an_error_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
