#include "state/created_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static const char *const created_words[CREATED_KINDS] = {
    "connector",    "custom plugin",          "plugin zip",  "topic",
    "trust policy", "Java client's settings", "private key", ".gitignore line"};

const char *created_kind_word(enum created_kind kind)
{
    return created_words[kind];
}

/* ---- writing ---- */

/* The texts of a note, and the keys that they have in the file. */
static const struct created_text {
    const char *key;
    size_t at, cap;
} created_texts[] = {
    {"name",    offsetof(struct created, name),    sizeof((struct created *)0)->name   },
    {"arn",     offsetof(struct created, arn),     sizeof((struct created *)0)->arn    },
    {"region",  offsetof(struct created, region),  sizeof((struct created *)0)->region },
    {"account", offsetof(struct created, account), sizeof((struct created *)0)->account},
    {"cluster", offsetof(struct created, cluster), sizeof((struct created *)0)->cluster},
    {"user_id", offsetof(struct created, user),    sizeof((struct created *)0)->user   },
    {"mark",    offsetof(struct created, mark),    sizeof((struct created *)0)->mark   },
    {"ref",     offsetof(struct created, ref),     sizeof((struct created *)0)->ref    },
};
enum { CREATED_TEXTS = sizeof created_texts / sizeof *created_texts };

char *created_line(const char *is, const struct created *thing)
{
    char now[40];
    cJSON *json = cJSON_CreateObject();
    clock_format_ms(clock_real_ms(), now, sizeof now);
    cJSON_AddStringToObject(json, "time", now);
    cJSON_AddStringToObject(json, "id", thing->id);
    cJSON_AddStringToObject(json, "is", is);
    cJSON_AddStringToObject(json, "kind", created_kind_word(thing->kind));
    cJSON_AddBoolToObject(json, "new", thing->is_new);
    for (size_t i = 0; i < CREATED_TEXTS; i++) {
        const char *value = (const char *)thing + created_texts[i].at;
        if (value[0] != '\0')
            cJSON_AddStringToObject(json, created_texts[i].key, value);
    }
    char *line = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return line;
}

/* ---- reading ---- */

static bool created_take_kind(const cJSON *json, enum created_kind *kind)
{
    const char *word = json_get(json, "kind");
    for (int i = 0; i < CREATED_KINDS && word != NULL; i++)
        if (strcmp(created_words[i], word) == 0) {
            *kind = i;
            return true;
        }
    return false;
}

bool created_is_same_cluster(const struct created *a, const struct created *b)
{
    return (a->cluster[0] != '\0' && strcmp(a->cluster, b->cluster) == 0) ||
           (a->arn[0] != '\0' && strcmp(a->arn, b->arn) == 0);
}

static bool is_same_thing(const struct created *a, const struct created *b)
{
    if (a->kind == CREATED_TOPIC)
        return b->kind == CREATED_TOPIC && strcmp(a->name, b->name) == 0 &&
               created_is_same_cluster(a, b);
    return a->kind == b->kind && strcmp(a->name, b->name) == 0 &&
           strcmp(a->region, b->region) == 0 && strcmp(a->account, b->account) == 0 &&
           (a->kind == CREATED_IGNORE_LINE || a->kind == CREATED_ZIP
                ? strcmp(a->ref, b->ref) == 0
                : a->kind != CREATED_TRUST && a->kind != CREATED_JAVA_FILE);
}

static void created_remove(struct created_list *list, size_t i)
{
    memmove(&list->items[i], &list->items[i + 1], (list->n - i - 1) * sizeof *list->items);
    list->n--;
}

static void created_forget(struct created_list *list, const char *id)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i].id, id) == 0)
            created_remove(list, i--);
}

static pt_code created_add(struct created_list *list, const struct created *thing,
                           struct pt_error *err)
{
    struct created *grown = realloc(list->items, (list->n + 1) * sizeof *grown);
    if (grown == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "notes of created things: out of memory");
    list->items = grown;
    grown[list->n++] = *thing;
    return PT_OK;
}

/* The time of the first note stays. */
static pt_code created_take_made(struct created_list *list, struct created *thing,
                                 struct pt_error *err)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i].id, thing->id) == 0)
            thing->begun_ms = list->items[i].begun_ms;
        else if (!is_same_thing(&list->items[i], thing))
            continue;
        created_remove(list, i--);
    }
    thing->is_made = true;
    return created_add(list, thing, err);
}

static pt_code created_take(struct created_list *list, const cJSON *json, struct pt_error *err)
{
    struct created thing = {.is_new = json_is_true(json, "new")};
    const char *is = json_get(json, "is");
    text_copy(thing.id, sizeof thing.id, json_get(json, "id"));
    if (is == NULL || thing.id[0] == '\0' || !created_take_kind(json, &thing.kind)) {
        list->n_strange++;
        return PT_OK;
    }
    for (size_t i = 0; i < CREATED_TEXTS; i++) {
        const char *value = json_get(json, created_texts[i].key);
        if (value != NULL && strlen(value) >= created_texts[i].cap) {
            list->n_strange++;
            return PT_OK;
        }
        text_copy((char *)&thing + created_texts[i].at, created_texts[i].cap, value);
    }
    thing.begun_ms = json_time_ms(json, "time", 0);
    if (strcmp(is, "gone") == 0) {
        created_forget(list, thing.id);
        return PT_OK;
    }
    if (strcmp(is, "made") == 0)
        return created_take_made(list, &thing, err);
    list->n_strange += strcmp(is, "begun") != 0;
    return strcmp(is, "begun") == 0 ? created_add(list, &thing, err) : PT_OK;
}

void created_list_done(struct created_list *list)
{
    free(list->items);
    memset(list, 0, sizeof *list);
}

/* Takes one line. */
static pt_code created_take_line(struct created_list *list, const char *line, size_t len,
                                 struct pt_error *err)
{
    struct pt_error why;
    cJSON *json = NULL;
    pt_code code = json_parse(line, len, &json, &why);
    if (code == PT_OK)
        code = created_take(list, json, err);
    else if (code == PT_ENOMEM)
        *err = why;
    else
        list->n_strange++;
    json_free(json);
    return code == PT_ENOMEM ? code : PT_OK;
}

pt_code created_parse(const char *text, struct created_list *list, struct pt_error *err)
{
    pt_code code = PT_OK;
    for (const char *at = text, *end; code == PT_OK && (end = strchr(at, '\n')) != NULL;
         at = end + 1)
        code = created_take_line(list, at, (size_t)(end - at), err);
    return code;
}

/* ---- leaving out what is settled ---- */

enum { CREATED_ID_MAX = sizeof((struct created *)0)->id };

/* IDs whose lines stay. */
struct created_ids {
    size_t n;
    char (*items)[CREATED_ID_MAX];
};

static bool created_ids_has(const struct created_ids *ids, const char *id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (strcmp(ids->items[i], id) == 0)
            return true;
    return false;
}

static bool created_ids_add(struct created_ids *ids, const char *id)
{
    if (created_ids_has(ids, id))
        return true;
    char(*grown)[CREATED_ID_MAX] = realloc(ids->items, (ids->n + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    ids->items = grown;
    text_copy(grown[ids->n++], CREATED_ID_MAX, id);
    return true;
}

/* Reads a line's ID, "" none. Returns whether this pintop understands the line. */
static bool created_id_of(const char *line, size_t len, char *id)
{
    struct created_list probe = {0};
    struct pt_error ignored;
    cJSON *json = NULL;
    id[0] = '\0';
    if (json_parse(line, len, &json, &ignored) == PT_OK)
        text_copy(id, CREATED_ID_MAX, json_get(json, "id"));
    json_free(json);
    bool is_known = created_take_line(&probe, line, len, &ignored) == PT_OK && probe.n_strange == 0;
    created_list_done(&probe);
    return is_known;
}

/* What is noted, and what a newer pintop has written about. */
static bool created_ids_find(const char *text, struct created_ids *ids)
{
    struct created_list list = {0};
    struct pt_error ignored;
    char id[CREATED_ID_MAX];
    bool is_good = created_parse(text, &list, &ignored) == PT_OK;
    for (size_t i = 0; i < list.n && is_good; i++)
        is_good = created_ids_add(ids, list.items[i].id);
    created_list_done(&list);
    for (const char *at = text, *end; is_good && (end = strchr(at, '\n')) != NULL; at = end + 1)
        if (!created_id_of(at, (size_t)(end - at), id) && id[0] != '\0')
            is_good = created_ids_add(ids, id);
    return is_good;
}

static bool created_are_alike(const struct created_list *a, const struct created_list *b)
{
    bool is_alike = a->n == b->n && a->n_strange == b->n_strange;
    for (size_t i = 0; is_alike && i < a->n; i++) {
        const struct created *x = &a->items[i], *y = &b->items[i];
        is_alike = strcmp(x->id, y->id) == 0 && x->kind == y->kind && x->is_new == y->is_new &&
                   x->is_made == y->is_made && x->begun_ms == y->begun_ms;
        for (size_t k = 0; is_alike && k < CREATED_TEXTS; k++)
            is_alike = strcmp((const char *)x + created_texts[k].at,
                              (const char *)y + created_texts[k].at) == 0;
    }
    return is_alike;
}

/* Whether both texts tell the same. */
static bool created_tell_the_same(const char *a, const char *b)
{
    struct created_list of_a = {0}, of_b = {0};
    struct pt_error ignored;
    bool is_same = created_parse(a, &of_a, &ignored) == PT_OK &&
                   created_parse(b, &of_b, &ignored) == PT_OK && created_are_alike(&of_a, &of_b);
    created_list_done(&of_a);
    created_list_done(&of_b);
    return is_same;
}

bool created_compact(const char *text, struct buf *out)
{
    struct created_ids ids = {0};
    char id[CREATED_ID_MAX];
    bool is_good = created_ids_find(text, &ids);
    for (const char *at = text, *end; is_good && (end = strchr(at, '\n')) != NULL; at = end + 1) {
        bool is_known = created_id_of(at, (size_t)(end - at), id);
        if (!is_known || created_ids_has(&ids, id))
            buf_append(out, at, (size_t)(end - at) + 1);
    }
    free(ids.items);
    return is_good && !out->is_over &&
           created_tell_the_same(text, out->data != NULL ? out->data : "");
}
