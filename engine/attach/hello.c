#include "attach/hello.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/wire.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/user.h"
#include "pintop/engine.h"

/* The servers have two names. */
static const char *hello_key(const struct pt_property *property)
{
    return strncmp(property->name, "pintop.", 7) == 0 ? property->name : "bootstrap.servers";
}

/* What has to be the same at both ends, without the passwords in it. */
static void hello_add_config(cJSON *json, const struct pt_config *cfg)
{
    cJSON *config = cJSON_AddObjectToObject(json, "config");
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        struct pt_property property = pt_config_at(cfg, i);
        if (property.same == PT_SAME_NOT)
            continue;
        char *shown = pt_property_shown(&property);
        cJSON_AddStringToObject(config, hello_key(&property), shown != NULL ? shown : "");
        free(shown);
    }
    if (!cJSON_HasObjectItem(config, "bootstrap.servers"))
        cJSON_AddStringToObject(config, "bootstrap.servers",
                                pt_config_is_embedded(cfg) ? "embedded" : "");
}

char *hello_make(const struct pt_config *cfg, bool has_connectors)
{
    char user[33];
    cJSON *json = cJSON_CreateObject();
    user_name(user, sizeof user);
    cJSON_AddStringToObject(json, "version", PINTOP_VERSION);
    cJSON_AddNumberToObject(json, "pid", (double)getpid());
    cJSON_AddStringToObject(json, "user", user);
    cJSON_AddBoolToObject(json, "connectors", has_connectors || pt_config_is_embedded(cfg));
    hello_add_config(json, cfg);
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

/* The value of a property that was set here, and has another value there; NULL: there is none, or
 * the other end, which is of another version, does not tell it. A default contradicts nobody.
 * free() *here. */
static const char *hello_other(const cJSON *json, const struct pt_property *property, char **here)
{
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(json, "config");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(config, hello_key(property));
    const char *there = cJSON_GetStringValue(value);
    *here = NULL;
    if (there == NULL || !pt_property_is_given(property))
        return NULL;
    *here = pt_property_shown(property);
    return strcmp(there, *here != NULL ? *here : "") != 0 ? there : NULL;
}

static pt_code hello_differs(const char *name, const char *there, const char *here,
                             const struct hello *hello, struct pt_error *err)
{
    char shown_there[160], shown_here[160];
    shown_str(shown_there, sizeof shown_there, there);
    shown_str(shown_here, sizeof shown_here, here);
    return pt_error_set(err, PT_EMISMATCH,
                        "Leave that option out to see the engine's screen, or give this pintop a "
                        "directory of its own with -X pintop.state.dir=DIR.",
                        "the engine of pintop %" PRId64 " has %s=%s, and here it is '%s'",
                        hello->pid, name, shown_there[0] != '\0' ? shown_there : "nothing",
                        shown_here);
}

static pt_code hello_compare(const cJSON *json, const struct pt_config *cfg, enum hello_needs needs,
                             const struct hello *hello, struct pt_error *err)
{
    size_t n = needs == HELLO_NEEDS_NOTHING ? 0 : pt_config_count(cfg);
    pt_code code = PT_OK;
    for (size_t k = 0; k < n && code == PT_OK; k++) {
        /* The servers, which are none of pintop's own properties, first. */
        struct pt_property property = pt_config_at(cfg, (k + pt_option_count()) % n);
        char *here = NULL;
        if (property.same == PT_SAME_NOT ||
            (property.same == PT_SAME_RUN && needs == HELLO_NEEDS_CLUSTER))
            continue;
        const char *there = hello_other(json, &property, &here);
        if (there != NULL)
            code = hello_differs(hello_key(&property), there, here != NULL ? here : "", hello, err);
        free(here);
    }
    return code;
}

pt_code hello_read(char *text, const struct pt_config *cfg, enum hello_needs needs,
                   struct hello *hello, struct pt_error *err)
{
    cJSON *json = NULL;
    *hello = (struct hello){.protocol = -1};
    if (!wire_number(&text, &hello->protocol) || !wire_number(&text, &hello->first_id))
        return pt_error_set(err, PT_EDATA, NULL, "attach: what answers is no pintop");
    if (hello->protocol != WIRE_PROTOCOL)
        return pt_error_set(err, PT_EUNSUPPORTED, "Use the same version of pintop for both.",
                            "attach: the engine speaks protocol %" PRId64
                            ", and this pintop speaks %d",
                            hello->protocol, WIRE_PROTOCOL);
    if (json_parse(text, strlen(text), &json, err) != PT_OK)
        return pt_error_set(err, PT_EDATA, NULL, "attach: what answers is no pintop");
    const char *version = json_get(json, "version"), *user = json_get(json, "user");
    shown_str(hello->version, sizeof hello->version, version != NULL ? version : "");
    shown_str(hello->user, sizeof hello->user, user != NULL ? user : "");
    hello->pid = json_int(json, "pid", -1);
    hello->has_connectors = json_is_true(json, "connectors");
    pt_code code = hello_compare(json, cfg, needs, hello, err);
    json_free(json);
    return code;
}
