/// Our bytes are those of the replicas that the dialects are named after, as recorded on the wire.
module HybridReplica.Tests.CaptureTests

open System
open System.IO
open System.Text
open Expecto
open HybridReplica.Core

/// One line of a capture.
type private Captured =
    | FromReplica of bytes: string
    | FromMaster of bytes: string

type private Capture =
    {
        Name: string
        Lines: Captured list
        /// Whether a snapshot followed.
        HasPayload: bool
    }

/// The replicas whose captures are compared, and the dialect that is named after them.
let private dialects =
    [
        "replica-redis-6.0.20", Dialect.Redis6
        "replica-redis-2.6.17", Dialect.Redis26
    ]

let private nameOf (path: string) = FileInfo(path).Name.Replace(".txt", "")

/// The literal begins with `b'` or `b"`, and ends with the same quote.
let private literal (line: string) =
    let last = line.LastIndexOf line[3]
    Printable.unescape (line.Substring(4, last - 4))

let private ofLine (line: string) =
    match line[0] with
    | '>' -> FromReplica(literal line)
    | '<' -> FromMaster(literal line)
    | other -> failtestf "a line of a capture begins with %c" other

// Where we stop earlier than the recorded replica: it stays, and acknowledges what it applied; we hang up with the
// last byte of the snapshot.
let private isAcknowledgement line =
    match line with
    | FromReplica bytes -> bytes.Contains("\r\nACK\r\n", StringComparison.Ordinal)
    | FromMaster _ -> false

let private read (path: string) =
    let lines =
        File.ReadAllLines path |> Array.filter (fun line -> line <> "") |> List.ofArray

    {
        Name = nameOf path
        Lines = lines |> List.map ofLine |> List.filter (isAcknowledgement >> not)
        HasPayload = lines |> List.exists _.EndsWith("...payload", StringComparison.Ordinal)
    }

let private credentials user password =
    ValueSome
        {
            User = user
            Password = Secret.OfText password
        }

/// How the recorded replica was set up, by the name of the scenario.
let private settings dialect (name: string) =
    let settings =
        { Settings.Default with
            Dialect = dialect
            ListeningPort = 7103
            Retry =
                { Settings.Default.Retry with
                    Attempts = 1
                }
        }

    match name.Split('.')[0] with
    | "plain"
    | "auth-missing" -> settings
    | "auth-ok"
    | "auth-unneeded" ->
        { settings with
            Credentials = credentials ValueNone "s3cret"
        }
    | "auth-wrong" ->
        { settings with
            Credentials = credentials ValueNone "nope"
        }
    | "acl-ok"
    | "acl-noperm" ->
        { settings with
            Credentials = credentials (ValueSome "rep") "pw"
        }
    | "announce" ->
        { settings with
            AnnouncedAddress = ValueSome "127.0.0.9"
            AnnouncedPort = ValueSome 4242
        }
    | other -> failtestf "nobody knows how the replica of the scenario %s was set up" other

/// What a shell answers to whom nothing ever happens.
let private answer command =
    match command with
    | Command.CheckTarget -> [ Event.TargetReady ]
    | Command.CreateTemporary -> [ Event.TemporaryCreated ]
    | Command.DeleteTemporary -> [ Event.TemporaryDeleted ]
    | Command.Dial link -> [ Event.Connected link ]
    | _ -> []

let private sent command =
    match command with
    | Command.Send(form, request) -> Encoding.Latin1.GetString(RequestEncoding.encode (form, request))
    | _ -> ""

/// The bytes that are sent, and the conversation when nothing more is to be answered.
let rec private settle (conversation, turns: Turn list) =
    let commands = turns |> List.collect _.Commands

    ((conversation, String.concat "" (List.map sent commands)), List.collect answer commands)
    ||> List.fold (fun (conversation, bytes) event ->
        let conversation, more =
            Conversation.next (Input.Report event) conversation |> settle

        conversation, bytes + more)

/// Plays the master's part, and compares what we say with what the replica said.
let private replay (settings: Settings) (capture: Capture) =
    let play (conversation, said) line =
        match line with
        | FromReplica bytes ->
            Expect.equal (Printable.escape said) (Printable.escape bytes) "what a replica says at this point"
            conversation, ""
        | FromMaster bytes ->
            Expect.equal said "" "we speak only where the replica does"
            Conversation.next (Input.Bytes bytes) conversation |> settle

    let conversation, said =
        capture.Lines |> List.fold play (Conversation.start settings |> settle)

    Expect.equal said "" "we say nothing more than the replica does"
    conversation.State

let private compare dialect (path: string) () =
    let capture = read path
    let state = replay (settings dialect capture.Name) capture

    match state.Phase, capture.HasPayload with
    | Phase.ReadingHead _, true
    | Phase.Ended(Outcome.Failed(Fault.StepRefused _ | Fault.SnapshotRefused _)), false -> ()
    | other, _ -> failtestf "after the capture the replica is in %s" other.Name

let private captures folder =
    [
        for suffix, dialect in dialects do
            for path in Directory.EnumerateFiles(folder, $"*.%s{suffix}.txt") |> Seq.sort do
                testCase (nameOf path) (compare dialect path)
    ]

let tests =
    testList
        "captures"
        (match Repository.tryFindAbove "shared/captures" with
         | Some folder ->
             testCase "there are captures of both eras" (fun () ->
                 for suffix, _ in dialects do
                     Expect.isNonEmpty (Directory.GetFiles(folder, $"*.%s{suffix}.txt")) suffix)
             :: captures folder
         | None ->
             [
                 testCase "our bytes are those of real replicas" (fun () ->
                     skiptest "there are no captures beside the repository")
             ])
