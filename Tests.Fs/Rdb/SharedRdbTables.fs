/// Which JSON file tells of which sample file, and in which form.
module HybridReplica.Tests.SharedRdbTables

/// JSON files that tell the values of an RDB, each with the name of that RDB.
let values =
    [
        "cluster_slot_info", "cluster_slot_info"
        "function2", "function2"
        "hash_data", "hash_v3"
        "plain_hash_data", "hash_v3"
        "hash_ex_v12_data", "hash_with_expire_v12"
        "hash_lp_ex_v12_data", "hash_lp_with_hexpire_v12"
        "hash_lp_v11_data", "hash_lp_v11"
        "hash_zl_v6_data", "hash_zl_v6"
        "hash_zm_v2_data", "hash_zm_v2"
        "mem_policy_lfu", "mem_policy_lfu"
        "mem_policy_lru", "mem_policy_lru"
        "module_aux_data", "module_aux"
        "multiple_dbs_data", "multiple_dbs"
        "multiple_lists_strings_data", "multiple_lists_strings"
        "multiple_lists_strings_no_aux", "multiple_lists_strings"
        "plain_list_v6_data", "plain_list_v6"
        "plain_set_v6_data", "plain_set_v6"
        "plain_zset_2_v11_data", "plain_zset_2_v11"
        "plain_zset_v6_data", "plain_zset_v6"
        "quicklist_data", "quicklist"
        "set_is_v11_data", "set_is_v11"
        "set_lp_v11_data", "set_lp_v11"
        "set_not_expired", "set_not_expired_v11"
        "single_key_data", "single_key"
        "single_list_data", "quicklist2_v11"
        "stream_data", "stream_v11"
        "string_int_encoded", "string_int_encoded"
        "ziplist_data", "ziplist_v3"
        "zset_lp_v11_data", "zset_lp_v11"
        "zset_zl_v6_data", "zset_zl_v6"
    ]

/// Those that tell the serialized values: the type and the value.
let rawValues =
    [
        "hash_lp_v11_raw", "hash_lp_v11"
        "hash_raw", "hash_v3"
        "hash_zl_v6_raw", "hash_zl_v6"
        "hash_zm_v2_raw", "hash_zm_v2"
        "module_raw", "module"
        "multiple_lists_strings_raw", "multiple_lists_strings"
        "plain_list_v6_raw", "plain_list_v6"
        "plain_set_v6_raw", "plain_set_v6"
        "plain_zset_2_v11_raw", "plain_zset_2_v11"
        "plain_zset_v6_raw", "plain_zset_v6"
        "quicklist_raw", "quicklist"
        "single_key_raw", "single_key"
        "single_list_raw", "quicklist2_v11"
        "ziplist_raw", "ziplist_v3"
        "zset_lp_v11_raw", "zset_lp_v11"
        "zset_zl_v6_raw", "zset_zl_v6"
    ]

/// Those that tell the containers of packed values, and the others as they are.
let structures =
    [
        "hash_lp_v11_struct", "hash_lp_v11"
        "hash_struct", "hash_v3"
        "plain_hash_struct", "hash_v3"
        "hash_zl_v6_struct", "hash_zl_v6"
        "hash_zm_v2_struct", "hash_zm_v2"
        "multiple_lists_strings_struct", "multiple_lists_strings"
        "plain_set_v6_struct", "plain_set_v6"
        "plain_zset_2_v11_struct", "plain_zset_2_v11"
        "plain_zset_v6_struct", "plain_zset_v6"
        "quicklist_struct", "quicklist"
        // Those two are called raw, and tell the container.
        "set_is_v11_raw", "set_is_v11"
        "set_lp_v11_raw", "set_lp_v11"
        "set_is_v11_struct", "set_is_v11"
        "set_lp_v11_struct", "set_lp_v11"
        "single_key_struct", "single_key"
        "single_list_struct", "quicklist2_v11"
        "ziplist_struct", "ziplist_v3"
        "zset_lp_v11_struct", "zset_lp_v11"
        "zset_zl_v6_struct", "zset_zl_v6"
    ]

/// Those that tell some of the keys of an RDB.
let subsets =
    [ "multiple_lists_strings_2filters"; "multiple_lists_strings_subset_list" ]
