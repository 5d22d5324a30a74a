/// Which forms of values and what else belongs into an RDB of which version (protocol 6.1, 6.3 and 6.6).
module HybridReplica.Tests.Rdb.Forms

open HybridReplica.Core
open HybridReplica.Tests.Snapshots

/// All versions that can be read.
let versions: RdbVersion list = List.map redis [ 1..14 ] @ [ valkey 80 ]

/// The numbers of the types that came with each version of Redis.
let private since: (int * int list) list =
    [
        1, [ 0; 1; 2; 3; 4 ]
        2, [ 9; 10; 11; 12 ]
        4, [ 13 ]
        7, [ 14 ]
        8, [ 5; 7 ]
        9, [ 15 ]
        10, [ 16; 17; 18; 19 ]
        11, [ 20; 21 ]
        12, [ 22; 23; 24; 25 ]
        13, [ 26 ]
        14, [ 27; 28 ]
    ]

let private upTo number =
    List.collect (fun (first, forms) -> if first <= number then forms else []) since

/// The version of Redis that this one can do everything of, but for what they number differently.
let likeRedis (version: RdbVersion) : int =
    match version.Vendor with
    | RdbVendor.Redis -> version.Number
    | RdbVendor.Valkey -> 11

let formsOf (version: RdbVersion) : int list =
    match version.Vendor with
    | RdbVendor.Redis -> upTo version.Number
    | RdbVendor.Valkey -> upTo 11 @ [ 22 ]

let kindOf form : RdbKind =
    match form with
    | 0 -> RdbKind.String
    | 1
    | 10
    | 14
    | 18 -> RdbKind.List
    | 2
    | 11
    | 20 -> RdbKind.Set
    | 3
    | 5
    | 12
    | 17 -> RdbKind.SortedSet
    | 7 -> RdbKind.Module
    | 15
    | 19
    | 21
    | 26
    | 27 -> RdbKind.Stream
    | 28 -> RdbKind.Array
    | _ -> RdbKind.Hash

/// Whether fields of such a hash can expire.
let hasFieldExpiry form = form >= 22 && form <= 25
