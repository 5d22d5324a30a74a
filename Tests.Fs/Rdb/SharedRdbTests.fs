/// The sample files beside the repository, decoded and compared with what another decoder says of them.
module HybridReplica.Tests.SharedRdbTests

open System.IO
open System.Text
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Decoding
open HybridReplica.Tests.SharedRdbTables
open HybridReplica.Tests.ToldValues

let private inFolder law =
    fun () ->
        match Repository.tryFindAbove "shared/rdb" with
        | None -> skiptest "There is no folder shared/rdb beside the repository."
        | Some folder -> law folder

let private bytesOf folder name =
    File.ReadAllBytes(Path.Combine(folder, name + ".rdb"))

let private jsonOf folder name =
    SharedJson.read (Path.Combine(folder, name + ".json"))

let private latin1 (bytes: byte[]) = Encoding.Latin1.GetString bytes

let private sound look folder name =
    let decoded = decode look (bytesOf folder name)
    Expect.isNone decoded.Trouble name
    decoded

/// What we say of the entries, each of them said by `tell`.
let private ours tell (decoded: Decoded) =
    decoded.Entries
    |> List.map (fun entry -> entry.Database, (latin1 entry.Key, inOrder (tell entry)))
    |> List.sort

/// What the others say of them. They number databases as they come.
let private theirs (decoded: Decoded) (json: SharedJson.SharedJson) =
    let databases = decoded.Entries |> List.map _.Database |> List.distinct

    let kinds =
        decoded.Entries
        |> List.map (fun entry -> latin1 entry.Key, entry.Type.Kind)
        |> Map.ofList

    json.Entries
    |> List.map (fun (database, (key, told)) -> databases[database], (key, inOrder (SharedJson.ofKind kinds[key] told)))
    |> List.sort

let private texts kind (decoded: Decoded) =
    decoded.Beside
    |> List.filter (fun found -> found.Kind = kind)
    |> List.map (fun found -> latin1 found.Text)

let private auxiliary (decoded: Decoded) =
    List.zip (texts RdbTokenKind.AuxiliaryName decoded) (texts RdbTokenKind.AuxiliaryValue decoded |> List.map Text)

let private numbersOf kind (decoded: Decoded) =
    decoded.Beside
    |> List.filter (fun found -> found.Kind = kind)
    |> List.map (fun found -> [ found.Number; found.Second; found.Third ])

let private numbersIn (pairs: (string * Told) list) =
    pairs
    |> List.map (fun (name, told) ->
        match told with
        | Text number -> int64 number
        | _ -> failwith $"{name} is no number.")

/// Everything beside the entries that the JSON mentions.
let private agreesBeside (decoded: Decoded) (json: SharedJson.SharedJson) name =
    if not json.Auxiliary.IsEmpty then
        Expect.equal (auxiliary decoded) json.Auxiliary $"auxiliary fields of {name}"

    if not json.Sizes.IsEmpty then
        Expect.equal
            (numbersOf RdbTokenKind.DatabaseSize decoded |> List.map (List.take 2))
            [ numbersIn json.Sizes ]
            $"sizes in {name}"

    if not json.Slots.IsEmpty then
        Expect.equal (numbersOf RdbTokenKind.SlotInfo decoded) [ numbersIn json.Slots ] $"slots in {name}"

    if not json.Functions.IsEmpty then
        Expect.equal
            (texts RdbTokenKind.FunctionLibrary decoded |> List.map Text)
            (List.map snd json.Functions)
            $"functions of {name}"

let private typeAndValue (entry: FoundEntry) =
    Text(latin1 [| byte entry.Type.Number; yield! rawValue entry |])

/// What a made-up RDB says that has nothing but this serialized value, under another type.
let private readAs (number: int) (value: byte[]) =
    let head = Encoding.ASCII.GetBytes "REDIS0004"

    let decoded =
        typed (Array.concat [ head; [| byte number; 0uy |]; value; [| 255uy |] ])

    Expect.isNone decoded.Trouble "the container's string"
    told decoded.Entries.Head

/// The containers that a packed value consists of, told as texts: each is an RDB string, and can be read as one.
let private containers (raw: FoundEntry) =
    let value = rawValue raw

    match raw.Type.Number with
    | 14 -> readAs 1 value
    | 18 ->
        Expect.equal value[0..1] [| 1uy; 2uy |] "one node, and it is packed"
        List [ readAs 0 value[2..] ]
    | _ -> List [ readAs 0 value ]

let private isPacked (entry: FoundEntry) =
    List.contains entry.Type.Number [ 9; 10; 11; 12; 13; 14; 16; 17; 18; 20 ]

let private streamWithDetails folder =
    let json = jsonOf folder "stream_data_with_meta"
    let decoded = sound RdbLook.Typed folder "stream_v11"
    Expect.equal (ours (fun entry -> toldStream entry.Value) decoded) (theirs decoded json) "the stream"

let private fails name expected folder =
    match (decode RdbLook.Typed (bytesOf folder name)).Trouble with
    | Some(trouble, offset) -> expected trouble offset
    | None -> failtest $"{name} is read to its end"

/// Named in no table above: they have no JSON, or are not sound.
let private isSound (name: string) =
    not (List.contains name [ "invalid_chksum_v8"; "future_v19"; "redis_ent_opcode_ram_lru" ])

let tests =
    testList
        "shared RDB files"
        [
            testCase "values are those that another decoder tells"
            <| inFolder (fun folder ->
                for name, rdb in values do
                    let json = jsonOf folder name
                    let decoded = sound RdbLook.Typed folder rdb
                    agreesBeside decoded json name
                    Expect.equal (ours told decoded) (theirs decoded json) name)
            testCase "serialized values are those that another decoder cuts out"
            <| inFolder (fun folder ->
                for name, rdb in rawValues do
                    let json = jsonOf folder name
                    let decoded = sound RdbLook.Raw folder rdb
                    Expect.equal (ours typeAndValue decoded) (List.sort json.Entries) name)
            testCase "containers are those that another decoder unwraps"
            <| inFolder (fun folder ->
                for name, rdb in structures do
                    let json = jsonOf folder name
                    let decoded = sound RdbLook.Typed folder rdb
                    let raw = sound RdbLook.Raw folder rdb

                    let tell (entry: FoundEntry) =
                        if isPacked entry then
                            raw.Entries
                            |> List.find (fun other -> other.Offset = entry.Offset)
                            |> containers
                        else
                            told entry

                    let expected =
                        if decoded.Entries |> List.exists isPacked then
                            json.Entries
                        else
                            theirs decoded json

                    Expect.equal (ours tell decoded) (List.sort expected) name)
            testCase "the keys that another decoder selects have the values it tells"
            <| inFolder (fun folder ->
                let decoded = sound RdbLook.Typed folder "multiple_lists_strings"

                for name in subsets do
                    Expect.containsAll (ours told decoded) (jsonOf folder name).Entries name

                let raw = sound RdbLook.Raw folder "multiple_lists_strings"
                let serialized = (jsonOf folder "multiple_lists_strings_subset_str").Entries
                Expect.containsAll (ours typeAndValue raw) serialized "serialized strings")
            testCase "a stream's groups, consumers and pending entries are those that another decoder tells"
            <| inFolder streamWithDetails
            testCase "fields expire when the file says, though the other decoder does not tell"
            <| inFolder (fun folder ->
                for name, times in
                    [
                        "hash_with_expire_v12", [ 0x3fffffffe4a7L; 0x3fffffffe24fL ]
                        "hash_lp_with_hexpire_v12", [ 0x3ffffffeee8fL; 0x3fffffffffffL ]
                    ] do
                    let expiries =
                        (sound RdbLook.Typed folder name).Entries.Head.Value
                        |> List.filter (fun found -> found.Kind = RdbTokenKind.FieldExpiry)
                        |> List.map _.Number

                    Expect.equal expiries times name)
            testCase "a key that has expired is there, which the other decoder leaves out"
            <| inFolder (fun folder ->
                Expect.isEmpty (jsonOf folder "set_expired").Entries "what is told"
                let entry = (sound RdbLook.Typed folder "set_expired_v11").Entries.Head
                Expect.equal entry.Expiry (ValueSome 0x18a134343d0L) "its expiry")
            testCase "a module's value is as long as another decoder says"
            <| inFolder (fun folder ->
                let entry = (sound RdbLook.Raw folder "module").Entries.Head
                Expect.hasLength (rawValue entry) 18 "bytes"
                Expect.equal entry.Type.Kind RdbKind.Module "its kind")
            testCase "all sound files are read to their end, at every level of looking"
            <| inFolder (fun folder ->
                for path in Directory.GetFiles(folder, "*.rdb") do
                    let name = nonNull (Path.GetFileNameWithoutExtension path)

                    if isSound name then
                        let places look =
                            (sound look folder name).Entries
                            |> List.map (fun entry -> entry.Offset, entry.EndOffset)

                        let skipped = places RdbLook.Skip
                        Expect.equal (places RdbLook.Raw) skipped name
                        Expect.equal (places RdbLook.Typed) skipped name)
            testCase "a wrong checksum is said"
            <| inFolder (
                fails "invalid_chksum_v8" (fun trouble _ ->
                    match trouble with
                    | RdbTrouble.WrongChecksum _ -> ()
                    | other -> failtest $"%A{other}")
            )
            testCase "a version nobody knows is said"
            <| inFolder (
                fails "future_v19" (fun trouble _ ->
                    Expect.equal
                        trouble
                        (RdbTrouble.FutureVersion
                            {
                                Vendor = RdbVendor.Redis
                                Number = 99
                            })
                        "why")
            )
            testCase "a number that only another product gives a meaning is said, and where"
            <| inFolder (
                fails "redis_ent_opcode_ram_lru" (fun trouble offset ->
                    match trouble with
                    | RdbTrouble.Refused(107, name) -> Expect.stringContains name "Redis Enterprise" "its name"
                    | other -> failtest $"%A{other}"

                    Expect.equal offset 0x118L "where")
            )
        ]
