/* Walking the tables to read. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "pintop/config.h"
#include "pintop/report.h"
#include "report/reader.h"

static void *read_place(const struct field *field, void *base)
{
    return (char *)base + field->offset;
}

static void set_int(const struct field *field, void *base, int64_t value)
{
    void *at = read_place(field, base);
    if (field->size == sizeof(int8_t))
        *(int8_t *)at = (int8_t)value;
    else if (field->size == sizeof(int32_t))
        *(int32_t *)at = (int32_t)value;
    else
        *(int64_t *)at = value;
}

static void set_count(const struct field *field, void *base, size_t n)
{
    if (field->count_at != FIELD_NO_COUNT)
        memcpy((char *)base + field->count_at, &n, sizeof n);
}

/* What stands for an unknown number. */
static int64_t unknown_int(const struct field *field)
{
    if (field->rules & RULE_ZERO || !field->is_signed)
        return 0;
    if (field->rules & RULE_COUNT)
        return -1;
    return field->size == sizeof(int64_t) ? PT_UNKNOWN : 0;
}

static void forget_real(const struct field *field, void *base)
{
    if (field->size == sizeof(float))
        *(float *)read_place(field, base) = NAN;
    else
        *(double *)read_place(field, base) = NAN;
}

/* A list is empty. Of an array within: all of it is empty, or each row unknown. */
static void forget_list(const struct field *field, void *base)
{
    char *at = read_place(field, base);
    memset(at, 0, field->size);
    set_count(field, base, 0);
    for (size_t i = 0; field->count_at == FIELD_NO_COUNT && i < field->capacity; i++)
        json_forget(field->table, at + i * field->table->size);
}

static void forget_field(const struct field *field, void *base)
{
    switch (field->kind) {
    case FIELD_INT:
        set_int(field, base, unknown_int(field));
        break;
    case FIELD_WORD:
        set_int(field, base, field->none);
        break;
    case FIELD_REAL:
        forget_real(field, base);
        break;
    case FIELD_STRING:
        *(const char **)read_place(field, base) = field->rules & RULE_NULL ? NULL : "";
        break;
    case FIELD_BOOL:
    case FIELD_BITS:
    case FIELD_TEXT:
        memset(read_place(field, base), 0, field->size);
        break;
    case FIELD_OBJECT:
        json_forget(field->table, read_place(field, base));
        break;
    case FIELD_GROUP:
        json_forget(field->table, base);
        break;
    case FIELD_PART:
        json_forget(field->table, *(void **)read_place(field, base));
        break;
    case FIELD_ROWS:
    case FIELD_LIST:
    case FIELD_REFS:
    case FIELD_NUMBERS:
    case FIELD_STRINGS:
        forget_list(field, base);
        break;
    case FIELD_OWN:
        field->own->forget(field, base);
        break;
    case FIELD_MADE:
    case FIELD_HELD:
        break;
    }
}

void json_forget(const struct field_table *table, void *base)
{
    for (size_t i = 0; i < table->n; i++)
        forget_field(&table->fields[i], base);
}

static bool read_time(struct json_reader *from, int64_t *time_ms)
{
    char text[48];
    struct span span;
    if (!json_read_string(from, &span))
        return false;
    if (span.len >= sizeof text || memchr(span.text, '\0', span.len) != NULL)
        return json_read_fail(from, PT_EDATA, "a time was expected here");
    memcpy(text, span.text, span.len);
    text[span.len] = '\0';
    return clock_parse_iso(text, time_ms) ||
           json_read_fail(from, PT_EDATA, "a time was expected here");
}

static bool take_int(struct json_reader *from, const struct field *field, void *base)
{
    int64_t value = 0;
    uint64_t size;
    bool is_wide = field->size == sizeof(int64_t);
    if (field->rules & RULE_TIME) {
        if (!read_time(from, &value))
            return false;
    } else if (!field->is_signed) {
        if (!json_read_uint(from, is_wide ? UINT64_MAX : UINT32_MAX, &size))
            return false;
        memcpy(&value, &size, sizeof value);
    } else if (!json_read_int(from, is_wide ? INT64_MIN : INT32_MIN,
                              is_wide ? INT64_MAX : INT32_MAX, &value)) {
        return false;
    }
    set_int(field, base, value);
    return true;
}

static bool take_rate(struct json_reader *from, double *value)
{
    char text[32];
    bool is_text = json_read_is(from, '"');
    if (!is_text)
        return json_read_real(from, value);
    from->at--;
    if (!json_read_text(from, false, text, sizeof text))
        return false;
    *value = strcmp(text, "max") == 0 ? PT_RATE_MAX : PT_RATE_ORIGINAL;
    return strcmp(text, "max") == 0 || strcmp(text, "original") == 0 ||
           json_read_fail(from, PT_EDATA, "a rate is a number, \"max\" or \"original\"");
}

static bool take_real(struct json_reader *from, const struct field *field, void *base)
{
    double value;
    if (!(field->rules & RULE_RATE ? take_rate(from, &value) : json_read_real(from, &value)))
        return false;
    if (field->size == sizeof(float))
        *(float *)read_place(field, base) = (float)value;
    else
        *(double *)read_place(field, base) = value;
    return true;
}

/* Which of the words it is; -1 none of them. */
static int read_find_word(const struct field *field, const struct span *text)
{
    for (int i = 0;; i++) {
        const char *word = field->word(i);
        if (word[0] == '?')
            return -1;
        if (strlen(word) == text->len && memcmp(word, text->text, text->len) == 0)
            return i;
    }
}

static bool read_take_word(struct json_reader *from, const struct field *field, int *value)
{
    struct span text;
    if (!json_read_string(from, &text))
        return false;
    *value = read_find_word(field, &text);
    return *value >= 0 || json_read_fail(from, PT_EDATA, "this word isn't one that can stand here");
}

static bool take_bits(struct json_reader *from, const struct field *field, void *base)
{
    bool is_first = true;
    unsigned bits = 0;
    int bit;
    if (!json_read_must(from, '['))
        return false;
    while (json_read_element(from, &is_first)) {
        if (!read_take_word(from, field, &bit))
            return false;
        bits |= 1u << bit;
    }
    *(unsigned *)read_place(field, base) = bits;
    return from->code == PT_OK;
}

static bool take_rows(struct json_reader *from, const struct field *field, void *base)
{
    bool is_first = true;
    size_t n = 0;
    char *at = read_place(field, base);
    if (!json_read_must(from, '['))
        return false;
    while (json_read_element(from, &is_first)) {
        if (n == field->capacity)
            return json_read_fail(from, PT_EDATA, "the list is longer than it can be");
        if (!json_read_object(from, field->table, at + n++ * field->table->size))
            return false;
    }
    set_count(field, base, n);
    return from->code == PT_OK;
}

/* An array of structs, or of texts or numbers, in scratch memory. */
static bool read_take_list(struct json_reader *from, const struct field *field, void *base)
{
    bool is_first = true, is_good = true;
    size_t n = 0, cap = 0;
    size_t size = field->table != NULL           ? field->table->size
                  : field->kind == FIELD_NUMBERS ? sizeof(float)
                                                 : sizeof(char *);
    void *array = NULL;
    double number;
    if (!json_read_must(from, '['))
        return false;
    while (is_good && json_read_element(from, &is_first)) {
        is_good = scratch_grow(from, &array, n, &cap, size);
        if (!is_good)
            break;
        void *at = (char *)array + n++ * size;
        if (field->table != NULL) {
            is_good = json_read_object(from, field->table, at);
        } else if (field->kind == FIELD_STRINGS) {
            is_good = json_read_copy(from, false, at);
        } else {
            bool is_null = json_read_is_null(from);
            is_good = is_null || json_read_real(from, &number);
            *(float *)at = is_null || !is_good ? NAN : (float)number;
        }
    }
    *(void **)read_place(field, base) = array;
    set_count(field, base, n);
    return from->code == PT_OK;
}

/* Pointers, each to a struct in scratch memory. */
static bool take_refs(struct json_reader *from, const struct field *field, void *base)
{
    bool is_first = true;
    size_t n = 0, cap = field->capacity;
    void *array = field->capacity > 0 ? read_place(field, base) : NULL;
    if (!json_read_must(from, '['))
        return false;
    while (json_read_element(from, &is_first)) {
        if (field->capacity > 0 && n == field->capacity)
            return json_read_fail(from, PT_EDATA, "the list is longer than it can be");
        if (!scratch_grow(from, &array, n, &cap, sizeof(void *)))
            return false;
        void *one = scratch_new(from, field->table->size);
        if (one == NULL || !json_read_object(from, field->table, one))
            return false;
        ((void **)array)[n++] = one;
    }
    if (field->capacity == 0)
        *(void **)read_place(field, base) = array;
    set_count(field, base, n);
    return from->code == PT_OK;
}

static bool take_value(struct json_reader *from, const struct field *field, void *base)
{
    bool has_lines = (field->rules & RULE_LINES) != 0;
    int value;
    switch (field->kind) {
    case FIELD_BOOL:
        return json_read_bool(from, read_place(field, base));
    case FIELD_INT:
        return take_int(from, field, base);
    case FIELD_REAL:
        return take_real(from, field, base);
    case FIELD_TEXT:
        return json_read_text(from, has_lines, read_place(field, base), field->size);
    case FIELD_STRING:
        return json_read_copy(from, has_lines, read_place(field, base));
    case FIELD_WORD:
        if (!read_take_word(from, field, &value))
            return false;
        set_int(field, base, value);
        return true;
    case FIELD_BITS:
        return take_bits(from, field, base);
    case FIELD_OBJECT:
        return json_read_object(from, field->table, read_place(field, base));
    case FIELD_GROUP:
        return json_read_object(from, field->table, base);
    case FIELD_PART:
        return json_read_object(from, field->table, *(void **)read_place(field, base));
    case FIELD_ROWS:
        return take_rows(from, field, base);
    case FIELD_REFS:
        return take_refs(from, field, base);
    case FIELD_LIST:
    case FIELD_NUMBERS:
    case FIELD_STRINGS:
        return read_take_list(from, field, base);
    case FIELD_OWN:
        return field->own->read(from, field, base);
    case FIELD_MADE:
    case FIELD_HELD:
        break;
    }
    return json_read_past(from);
}

bool json_is_key(const char *row, const struct span *key)
{
    return row != NULL && strncmp(row, key->text, key->len) == 0 && row[key->len] == ':';
}

/* The row of a key, and the struct it belongs to; members mostly come in the order of the rows.
 * NULL: no row has it. */
static const struct field *read_find_field(const struct field_table *table, const struct span *key,
                                           size_t *next, void **base)
{
    if (*next < table->n && json_is_key(table->fields[*next].key, key))
        return &table->fields[(*next)++];
    for (size_t i = 0; i < table->n; i++) {
        const struct field *field = &table->fields[i];
        if (json_is_key(field->key, key)) {
            *next = i + 1;
            return field;
        }
        if (field->kind == FIELD_PART && field->key == NULL) {
            size_t first = 0;
            void *part = *(void **)read_place(field, *base);
            const struct field *found = read_find_field(field->table, key, &first, &part);
            if (found != NULL) {
                *base = part;
                return found;
            }
        }
    }
    return NULL;
}

static bool take_api(struct json_reader *from)
{
    uint64_t api;
    if (!json_read_uint(from, UINT64_MAX, &api))
        return false;
    from->has_api = true;
    return api == PT_JSON_API ||
           json_read_fail(from, PT_EUNSUPPORTED,
                          "its \"api\" is not the one that this pintop reads");
}

static bool read_members(struct json_reader *from, const struct field_table *table, void *base,
                         bool is_document)
{
    bool is_first = true;
    size_t next = 0;
    struct span key;
    json_forget(table, base);
    if (!json_read_must(from, '{'))
        return false;
    while (json_read_member(from, &is_first, &key)) {
        void *owner = base;
        const struct field *field = read_find_field(table, &key, &next, &owner);
        if (is_document && json_is_key(FIELD_KEY("api"), &key)) {
            if (!take_api(from))
                return false;
        } else if (field == NULL || field->kind == FIELD_MADE) {
            if (!json_read_past(from))
                return false;
        } else if (json_read_is_null(from)) {
            forget_field(field, owner);
        } else if (!take_value(from, field, owner)) {
            return false;
        }
    }
    return from->code == PT_OK;
}

bool json_read_object(struct json_reader *from, const struct field_table *table, void *base)
{
    return read_members(from, table, base, false);
}

bool json_read_document(struct json_reader *from, const struct field_table *table, void *base)
{
    if (!read_members(from, table, base, true))
        return false;
    from->key = NULL;
    if (!from->has_api)
        return json_read_fail(from, PT_EDATA, "it has no \"api\"");
    json_pass_blanks(from);
    return from->at == from->end ||
           json_read_fail(from, PT_EDATA, "something stands behind its end");
}
