/* Facts that the templates of causes and fixes name: what a text contains besides its rule, and
 * what this connector's configuration says about it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/rules/facts.h"
#include "connector/rules/text_facts.h"

static bool bucket_words(const struct rule_look *look, char *out, size_t cap)
{
    if (fact_take(look->text, "Non-existent S3 bucket: *([^ \n]+)", out, cap) ||
        fact_take(look->text, "arn:aws[a-z-]*:s3:::([^/ \"\n,]+)", out, cap))
        return true;
    text_copy(out, cap, look->place->bucket != NULL ? look->place->bucket : "");
    return out[0] != '\0';
}

/* "0a1b-role" of "arn:aws:sts::1:assumed-role/0a1b-role/session" or of a role's ARN. */
static bool role_words(const struct rule_look *look, char *out, size_t cap)
{
    if (fact_take(look->text, "assumed-role/([^/ \n]+)", out, cap) ||
        fact_take(look->text, "User: arn:[^ ]*:user/([^ \n]+)", out, cap))
        return true;
    const char *role = look->place->role;
    const char *name = role != NULL ? strrchr(role, '/') : NULL;
    text_copy(out, cap, name != NULL ? name + 1 : role != NULL ? role : "");
    return out[0] != '\0';
}

static bool place_word(const struct rule_place *place, const char *name, char *out, size_t cap)
{
    const struct {
        const char *name, *text;
    } words[] = {
        {"connector", place->connector },
        {"dir",       place->dir       },
        {"plugin",    place->plugin    },
        {"store",     place->store_url },
        {"servers",   place->bootstrap },
        {"sink",      place->class_name},
    };
    out[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, name) == 0 && words[i].text != NULL)
            text_copy(out, cap, words[i].text);
    return out[0] != '\0';
}

static bool record_words(const struct rule_look *look, char *out, size_t cap)
{
    char topic[256], partition[16], offset[24];
    out[0] = '\0';
    if (!fact_of_text(look->text, "topic", topic, sizeof topic))
        return false;
    if (!fact_of_text(look->text, "partition", partition, sizeof partition) ||
        !fact_of_text(look->text, "offset", offset, sizeof offset)) {
        snprintf(out, cap, "a record of topic %s", topic);
        return true;
    }
    snprintf(out, cap, "the record at offset %s of %s-%s", offset, topic, partition);
    return true;
}

static bool facts_has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* The key or the value of a record: as the text says, or else which of the two was being read. */
static bool half_words(const struct rule_look *look, char *out, size_t cap)
{
    if (fact_of_text(look->text, "half", out, cap))
        return true;
    text_copy(out, cap,
              facts_has(look->text, ".convertKey(")     ? "key"
              : facts_has(look->text, ".convertValue(") ? "value"
                                                        : "");
    return out[0] != '\0';
}

/* The format that a converter of the schema registry expects. */
static bool serde_words(const struct rule_look *look, char *out, size_t cap)
{
    bool is_json =
        facts_has(look->text, "JsonSchemaConverter") || facts_has(look->text, "deserializing JSON");
    text_copy(out, cap,
              facts_has(look->text, "rotobuf")                                   ? "Protobuf"
              : is_json                                                          ? "JSON Schema"
              : facts_has(look->text, "Avro") || facts_has(look->text, ".avro.") ? "Avro"
                                                                                 : "");
    return out[0] != '\0';
}

/* Facts made of more than one line of the text, or of the text and the configuration. */
static const struct {
    const char *name;
    bool (*words)(const struct rule_look *look, char *out, size_t cap);
} made[] = {
    {"peer",         peer_words        },
    {"region",       region_words      },
    {"bucket",       bucket_words      },
    {"role",         role_words        },
    {"user",         user_word         },
    {"login",        login_words       },
    {"host_setting", host_setting_words},
    {"record",       record_words      },
    {"half",         half_words        },
    {"serde",        serde_words       },
    {"service",      service_words     },
};

bool fact_of(const struct rule_look *look, const char *name, char *out, size_t cap)
{
    out[0] = '\0';
    if (isdigit((unsigned char)name[0]) && name[1] == '\0' && name[0] - '0' < LOOK_GROUPS) {
        text_copy(out, cap, look->group[name[0] - '0']);
        return out[0] != '\0';
    }
    /* "" marks a fact as known or unknown without a word, for [ … ] only. */
    if (strcmp(name, "?msk") == 0)
        return look->place->is_msk;
    if (strcmp(name, "?own") == 0)
        return !look->place->is_msk;
    if (strcmp(name, "?failed") == 0)
        return !look->place->is_up;
    if (strcmp(name, "dead") == 0) {
        text_copy(out, cap, look->place->is_whole ? "the connector" : "the failed tasks");
        return true;
    }
    if (name[0] == '=') { /* the value of a setting */
        text_copy(out, cap, fact_setting(look, name + 1));
        return out[0] != '\0';
    }
    if (strncmp(name, "set:", 4) == 0)
        return fact_setting_name(look, name + 4, out, cap);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (strcmp(made[i].name, name) == 0)
            return made[i].words(look, out, cap);
    return fact_of_text(look->text, name, out, cap) || place_word(look->place, name, out, cap);
}
