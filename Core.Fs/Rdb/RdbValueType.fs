namespace HybridReplica.Core

/// What a key holds, as the command `TYPE` tells them apart.
[<RequireQualifiedAccess>]
type RdbKind =
    | String = 0
    | List = 1
    | Set = 2
    | SortedSet = 3
    | Hash = 4
    | Stream = 5
    | Array = 6
    | Module = 7

/// A form in which values are stored: the byte in front of a key names it (`RDB_TYPE_...` in rdb.h of Redis 8.0).
[<Sealed>]
type RdbValueType internal (number: int, kind: RdbKind, encoding: string, layout: ValueStep[]) =

    /// The byte that stands for it. Redis and Valkey use some for different forms.
    member _.Number = number

    /// What a key of this form holds.
    member _.Kind = kind

    /// What the command `TYPE` says: `string`, `list`, `set`, `zset`, `hash`, `stream`, `array`. Of what belongs to a
    /// module it says the module's own name for it, and this `module`.
    member _.KindName =
        match kind with
        | RdbKind.String -> "string"
        | RdbKind.List -> "list"
        | RdbKind.Set -> "set"
        | RdbKind.SortedSet -> "zset"
        | RdbKind.Hash -> "hash"
        | RdbKind.Stream -> "stream"
        | RdbKind.Array -> "array"
        | _ -> "module"

    /// How it is stored, in the words of `OBJECT ENCODING`. Of strings `RdbScan.Encoding` knows more.
    member _.Encoding = encoding

    // What its value is made of.
    member internal _.Layout = layout
