namespace HybridReplica.Core

/// The types of values and the opcodes, by number. Redis and Valkey use the same numbers up to version 11; then some
/// mean different things, so that the magic decides.
module internal RdbTypes =

    /// The end of the data (`RDB_OPCODE_EOF`).
    [<Literal>]
    let End = 255

    /// The database that follows (`RDB_OPCODE_SELECTDB`).
    [<Literal>]
    let SelectDatabase = 254

    /// When the next entry expires, in seconds (`RDB_OPCODE_EXPIRETIME`).
    [<Literal>]
    let ExpirySeconds = 253

    /// When the next entry expires, in milliseconds (`RDB_OPCODE_EXPIRETIME_MS`).
    [<Literal>]
    let ExpiryMilliseconds = 252

    /// How often the next entry is used (`RDB_OPCODE_FREQ`).
    [<Literal>]
    let Frequency = 249

    /// For how long nobody has used the next entry (`RDB_OPCODE_IDLE`).
    [<Literal>]
    let Idle = 248

    /// What modules keep about the next entry, in Redis (`RDB_OPCODE_KEY_META`, 8.6).
    [<Literal>]
    let KeyMetadata = 243

    let private common =
        let ziplist = PackedContainer.Ziplist
        let listpack = PackedContainer.Listpack

        [
            0, RdbKind.String, "raw", ValueLayouts.plain
            1, RdbKind.List, "linkedlist", ValueLayouts.elements
            2, RdbKind.Set, "hashtable", ValueLayouts.elements
            3, RdbKind.SortedSet, "skiplist", ValueLayouts.scoredByText
            4, RdbKind.Hash, "hashtable", ValueLayouts.fields
            5, RdbKind.SortedSet, "skiplist", ValueLayouts.scored
            7, RdbKind.Module, "module", ValueLayouts.moduleValue
            9, RdbKind.Hash, "zipmap", ValueLayouts.packedFields PackedContainer.Zipmap
            10, RdbKind.List, "ziplist", ValueLayouts.packedElements ziplist
            11, RdbKind.Set, "intset", ValueLayouts.packedElements PackedContainer.Intset
            12, RdbKind.SortedSet, "ziplist", ValueLayouts.packedScored ziplist
            13, RdbKind.Hash, "ziplist", ValueLayouts.packedFields ziplist
            14, RdbKind.List, "quicklist", ValueLayouts.quicklist
            15, RdbKind.Stream, "stream", ValueLayouts.stream 1
            16, RdbKind.Hash, "listpack", ValueLayouts.packedFields listpack
            17, RdbKind.SortedSet, "listpack", ValueLayouts.packedScored listpack
            18, RdbKind.List, "quicklist", ValueLayouts.quicklist2
            19, RdbKind.Stream, "stream", ValueLayouts.stream 2
            20, RdbKind.Set, "listpack", ValueLayouts.packedElements listpack
            21, RdbKind.Stream, "stream", ValueLayouts.stream 3
        ]

    let private redis =
        [
            22, RdbKind.Hash, "hashtable", ValueLayouts.fieldsExpiringAt
            23, RdbKind.Hash, "listpackex", ValueLayouts.packedTriples
            24, RdbKind.Hash, "hashtable", ValueLayouts.fieldsExpiring
            25, RdbKind.Hash, "listpackex", ValueLayouts.packedFieldsExpiring
            26, RdbKind.Stream, "stream", ValueLayouts.stream 4
            27, RdbKind.Stream, "stream", ValueLayouts.stream 5
            28, RdbKind.Array, "array", ValueLayouts.array
        ]

    let private valkey =
        [ 22, RdbKind.Hash, "hashtable", ValueLayouts.fieldsExpiringBehind ]

    let private tableOf types =
        let table: (RdbValueType | null)[] = Array.create 256 null

        for number, kind, encoding, layout in types do
            table[number] <- RdbValueType(number, kind, encoding, layout)

        table

    let private typesOfRedis = tableOf (common @ redis)
    let private typesOfValkey = tableOf (common @ valkey)

    /// The type with this number, or null.
    let find (vendor: RdbVendor) (number: int) : RdbValueType | null =
        match vendor with
        | RdbVendor.Redis -> typesOfRedis[number]
        | RdbVendor.Valkey -> typesOfValkey[number]

    /// The opcodes that are followed by steps, with what those are (`RDB_OPCODE_...` in rdb.h, Redis 8.0, Valkey 9.0).
    let private stepsBehind =
        [
            250, ValueLayouts.auxiliary
            251, ValueLayouts.resize
            247, ValueLayouts.moduleAuxiliary
            245, ValueLayouts.functionLibrary
            244, ValueLayouts.slotInfo
        ]

    let private opcodesOf opcodes =
        let table: (ValueStep[] | null)[] = Array.create 256 null

        for number, layout in opcodes do
            table[number] <- layout

        table

    let private opcodesOfRedis =
        opcodesOf (stepsBehind @ [ KeyMetadata, ValueLayouts.keyMetadata ])

    let private opcodesOfValkey =
        opcodesOf (stepsBehind @ [ 243, ValueLayouts.slotImport ])

    /// What stands behind this opcode, or null.
    let behind (vendor: RdbVendor) (opcode: int) : ValueStep[] | null =
        match vendor with
        | RdbVendor.Redis -> opcodesOfRedis[opcode]
        | RdbVendor.Valkey -> opcodesOfValkey[opcode]

    /// Why a number that is neither a type nor an opcode is none: what is known of it.
    let refuse (vendor: RdbVendor) (number: int) : RdbTrouble =
        match vendor, number with
        | _, 6 -> RdbTrouble.Refused(6, "the value of a module as release candidates of Redis 4.0 wrote it")
        | _, 246 -> RdbTrouble.Refused(246, "functions as release candidates of Redis 7.0 wrote them")
        | RdbVendor.Redis, 107 -> RdbTrouble.Refused(107, "how recently a key was used in Redis Enterprise")
        | RdbVendor.Redis, 242 -> RdbTrouble.Refused(242, "the hash templates of Redis 8.10")
        | RdbVendor.Redis, number when number >= 29 && number <= 32 ->
            RdbTrouble.Refused(number, "a hash built from a template of Redis 8.10")
        | RdbVendor.Redis, 33 -> RdbTrouble.Refused(33, "a rate limiter (GCRA) of Redis 8.10")
        | RdbVendor.Valkey, 23 -> RdbTrouble.Refused(23, "a path hash of Valkey 9.2")
        | RdbVendor.Valkey, 242 -> RdbTrouble.Refused(242, "a command inside of a Valkey 9.2 snapshot")
        | _, number when number >= 200 -> RdbTrouble.UnknownOpcode number
        | _, number -> RdbTrouble.UnknownType number
