/// `--format resp`, of values that need more than one kind of command, or have none.
module HybridReplica.Tests.Inspect.RespStreamTests

open Expecto
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Inspect.Inspecting
open HybridReplica.Tests.Inspect.Rebuilding

let private details: StreamDetails =
    {
        Length = 0L
        LastId = id 5UL 1UL
        FirstId = ValueNone
        MaximumDeletedId = ValueNone
        EntriesAdded = ValueNone
        Groups = [||]
        Idempotence = ValueNone
    }

let private newer =
    { details with
        FirstId = ValueSome(id 0UL 0UL)
        MaximumDeletedId = ValueSome(id 4UL 0UL)
        EntriesAdded = ValueSome 9L
    }

let private group: StreamGroup =
    {
        Name = latin1 "g"
        LastId = id 5UL 1UL
        EntriesRead = ValueSome 7L
        Pending = [||]
        Consumers = [||]
        Nacked = [||]
    }

let private consumer name pending : StreamConsumer =
    {
        Name = latin1 name
        SeenTime = 1L
        ActiveTime = ValueNone
        Pending = pending
    }

let private pending milliseconds count : PendingEntry =
    {
        Id = id milliseconds 1UL
        DeliveryTime = 1000L + int64 milliseconds
        DeliveryCount = count
    }

let private fields words = Array.map latin1 (Array.ofList words)

let private stream form entries details =
    entry "x" form (RdbValue.Stream(Array.ofList entries, ValueSome details))

let private rebuilds name version entry expected =
    testCase name (fun () ->
        Expect.equal
            (commandsOf (written resp (snapshotOf version [ entry ])))
            ([ "SELECT"; "0" ] :: expected)
            "the commands")

let private emptied = [ "XADD"; "x"; "MAXLEN"; "0"; "0-1"; "x"; "y" ]

let private claim consumer id time count =
    [
        "XCLAIM"
        "x"
        "g"
        consumer
        "0"
        id
        "TIME"
        time
        "RETRYCOUNT"
        count
        "JUSTID"
        "FORCE"
    ]

let private set =
    [ "XSETID"; "x"; "5-1"; "ENTRIESADDED"; "9"; "MAXDELETEDID"; "4-0" ]

let private create = [ "XGROUP"; "CREATE"; "x"; "g"; "5-1"; "ENTRIESREAD"; "7" ]

let private idempotence: StreamIdempotence =
    {
        Duration = 100L
        MaximumEntries = 100L
        Producers =
            [|
                {
                    Name = latin1 "p"
                    Entries = [| { Name = latin1 "e"; Id = id 5UL 1UL } |]
                }
            |]
        Added = 1L
        Duplicates = 0L
    }

let private streams =
    [
        rebuilds
            "a stream of Redis 5.0 says what that knew"
            9
            (stream
                15
                [
                    {
                        Id = id 1UL 1UL
                        Fields = fields [ "a"; "1"; "b"; "2" ]
                    }
                    {
                        Id = id 5UL 1UL
                        Fields = fields [ "a"; "3" ]
                    }
                ]
                { details with
                    Length = 2L
                    Groups = [| { group with EntriesRead = ValueNone } |]
                })
            [
                [ "XADD"; "x"; "1-1"; "a"; "1"; "b"; "2" ]
                [ "XADD"; "x"; "5-1"; "a"; "3" ]
                [ "XSETID"; "x"; "5-1" ]
                [ "XGROUP"; "CREATE"; "x"; "g"; "5-1" ]
            ]
        rebuilds "a stream without entries is made and emptied" 10 (stream 19 [] newer) [ emptied; set ]
        rebuilds
            "consumers are made, and what is pending is claimed by them"
            11
            (stream
                21
                []
                { newer with
                    Groups =
                        [|
                            { group with
                                Pending = [| pending 2UL 3L; pending 3UL 1L; pending 4UL 2L |]
                                Consumers =
                                    [|
                                        consumer "idle" [||]
                                        consumer "alice" [| id 2UL 1UL; id 4UL 1UL |]
                                        consumer "bob" [| id 3UL 1UL |]
                                    |]
                            }
                            { group with
                                Name = latin1 "h"
                                EntriesRead = ValueNone
                                Consumers = [| consumer "last" [||] |]
                            }
                        |]
                })
            [
                emptied
                set
                create
                [ "XGROUP"; "CREATECONSUMER"; "x"; "g"; "idle" ]
                [ "XGROUP"; "CREATECONSUMER"; "x"; "g"; "alice" ]
                claim "alice" "2-1" "1002" "3"
                claim "alice" "4-1" "1004" "2"
                [ "XGROUP"; "CREATECONSUMER"; "x"; "g"; "bob" ]
                claim "bob" "3-1" "1003" "1"
                [ "XGROUP"; "CREATE"; "x"; "h"; "5-1"; "ENTRIESREAD"; "-1" ]
                [ "XGROUP"; "CREATECONSUMER"; "x"; "h"; "last" ]
            ]
        rebuilds
            "what was given back in Redis 8.8 is, and producers are told"
            14
            (stream
                27
                []
                { newer with
                    Groups =
                        [|
                            { group with
                                Pending = [| pending 2UL 3L |]
                                Consumers = [| consumer "c" [||] |]
                                Nacked = [| id 2UL 1UL |]
                            }
                        |]
                    Idempotence = ValueSome { idempotence with Duration = 50L }
                })
            [
                emptied
                set
                create
                [ "XGROUP"; "CREATECONSUMER"; "x"; "g"; "c" ]
                [ "XNACK"; "x"; "g"; "FAIL"; "IDS"; "1"; "2-1"; "RETRYCOUNT"; "3"; "FORCE" ]
                [ "XCFGSET"; "x"; "IDMP-DURATION"; "50"; "IDMP-MAXSIZE"; "100" ]
                [ "XIDMPRECORD"; "x"; "p"; "e"; "5-1" ]
            ]
        rebuilds
            "Redis 8.6 has no command for producers"
            13
            (stream
                26
                []
                { newer with
                    Idempotence = ValueSome idempotence
                })
            [ emptied; set ]
        testCase "what is pending for a consumer and not for its group is damage" (fun () ->
            let broken =
                stream
                    19
                    []
                    { newer with
                        Groups =
                            [|
                                { group with
                                    Consumers = [| consumer "c" [| id 2UL 1UL |] |]
                                }
                            |]
                    }

            Expect.throwsT<HybridReplica.RdbException>
                (fun () -> written resp (snapshotOf 10 [ broken ]) |> ignore)
                "the commands")
    ]

/// The bytes that a value takes in a snapshot, behind the key.
let private serialized version (entry: WrittenEntry) =
    let written = writtenWith version [ RdbPart.Entry entry ]
    let bounds = written.Entries.Head
    written.Bytes[bounds.ValueStart .. bounds.End - 1]

/// What DUMP says of such a value: its type, its bytes, the version, and a checksum.
let private dumped version (entry: WrittenEntry) =
    let body =
        Array.concat [ [| byte entry.Form |]; serialized version entry; [| byte version; 0uy |] ]

    Array.append body (Snapshots.littleEndian (Snapshots.checksum body))
    |> System.Text.Encoding.Latin1.GetString

let private payloads =
    let array =
        entry "a" 28 (RdbValue.Array([| struct (3UL, ArrayValue.Text(latin1 "x")) |], ValueNone))

    let ofModule =
        { entry "m" 7 (RdbValue.Module("test__rdb", 1, [| ModuleItem.Text(latin1 "v") |])) with
            Expiry = ValueSome 1_700_000_000_000L
        }

    [
        rebuilds "an array is restored" 14 array [ [ "RESTORE"; "a"; "0"; dumped 14 array ] ]
        rebuilds
            "the value of a module is restored, with its absolute expiry"
            9
            ofModule
            [ [ "RESTORE"; "m"; "1700000000000"; dumped 9 ofModule; "ABSTTL" ] ]
        rebuilds
            "a value that expired at the very beginning of 1970 is not one that never expires"
            9
            { ofModule with Expiry = ValueSome 0L }
            [ [ "RESTORE"; "m"; "1"; dumped 9 ofModule; "ABSTTL" ] ]
    ]

let tests = testList "inspect resp of streams and others" (streams @ payloads)
