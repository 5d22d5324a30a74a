/// Whatever goes wrong has a name, a culprit, a sentence and an advice; and nothing that is said holds a secret.
module HybridReplica.Tests.FaultTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Session

let private isPlain (text: string) =
    text |> String.forall (fun character -> not (Char.IsControl character))

let private checkSentence (text: string) =
    Expect.isTrue (text.Length > 0) "something is said"
    Expect.isTrue (isPlain text) $"nothing in it acts on a terminal: %s{Printable.escape text}"

/// Everything that is said about a move, in every way in which it can be said.
let private said (move: Move) =
    let ofFault fault =
        [
            Wording.fault fault
            Wording.advice fault
            string fault
            $"%A{fault}"
            $"%A{FaultTable.blame fault}"
        ]

    let ofOutcome outcome =
        [
            Wording.outcome outcome
            string outcome
            match outcome with
            | Outcome.Failed fault -> yield! ofFault fault
            | _ -> ()
        ]

    let ofLog (entry: LogEvent) =
        [
            entry.Sentence
            entry.Name
            string entry
            yield! entry.Fields |> List.collect (fun (name, value) -> [ name; value ])
        ]

    let ofCommand command =
        [
            string command
            $"%A{command}"
            match command with
            | Command.Log entry -> yield! ofLog entry
            | Command.Send(_, request) -> RequestEncoding.show request
            | Command.Finish outcome -> yield! ofOutcome outcome
            | _ -> ()
        ]

    [
        string move.Before
        $"%A{move.Before}"
        string move.After
        $"%A{move.After}"
        $"%A{move.After.Settings.Credentials}"
        string move.Event
        $"%A{move.Event}"
        yield! List.collect ofCommand move.Commands
    ]

let private keepsSecret session =
    for move in moves session do
        for text in said move do
            Expect.isFalse (text.Contains(SettingsGenerators.password, StringComparison.Ordinal)) "no secret is said"

/// Replies to AUTH that repeat the password, as Redis does where AUTH was renamed (`processCommand`, 6.0.16).
let private echoes =
    let password = SettingsGenerators.password

    [
        Event.Replied(Reply.Error $"ERR unknown command `AUTH`, with args beginning with: `%s{password}`, ")
        Event.Replied(Reply.Error $"ERR unknown command 'AUTH', with args beginning with: '%s{password[..8]}' ")
        Event.Replied(Reply.Error $"%s{password} is not right, %s{password}")
        Event.Replied(Reply.Garbled $"AUTH %s{password}")
        Event.LineTooLong $"-ERR unknown command `AUTH`, with args beginning with: `%s{password}`"
        Event.LineTooLong $"AUTH %s{password}"
    ]

let private afterEcho event =
    let settings =
        { Settings.Default with
            Credentials =
                ValueSome
                    {
                        User = ValueNone
                        Password = Secret.OfText SettingsGenerators.password
                    }
        }

    let asking =
        { State.Initial settings with
            Phase = Phase.Asking(Step.Auth, [])
        }

    let state, commands = Replica.transition (asking, event)

    let struct (recorder, lines) =
        ({ Recorder.Begin settings with
            State = asking
        })
            .Observe(event, state, commands)

    [
        $"%A{state}"
        string state
        for command in commands do
            $"%A{command}"
        for line in lines @ recorder.End() do
            TranscriptPrinting.printLine line
    ]

let tests =
    testList
        "fault"
        [
            testProperty
                "every fault has somebody to blame, a sentence and an advice"
                (Prop.forAll StateGenerators.fault (fun fault ->
                    FaultTable.blame fault |> ignore
                    let sentence = Wording.fault fault
                    let advice = Wording.advice fault
                    checkSentence sentence
                    checkSentence advice
                    Expect.isTrue (Char.IsUpper sentence[0]) "a sentence begins with a capital"
                    Expect.isTrue (Char.IsLower advice[0]) "advice goes on in lower case"
                    Expect.isFalse (advice.EndsWith '.') "advice has no full stop"))
            testProperty
                "what the master refuses or breaks, the disk or a bug is not tried again, a busy master is"
                (Prop.forAll StateGenerators.fault (fun fault ->
                    match FaultTable.blame fault, fault with
                    | _, Fault.MasterBusy _ -> Expect.isTrue (FaultTable.isPassing fault) "a busy master"
                    | _, Fault.SnapshotUnreadable _ ->
                        Expect.isFalse (FaultTable.isPassing fault) "it is as it was sent"
                    | _, Fault.ArchiveRefused _ ->
                        Expect.isFalse (FaultTable.isPassing fault) "the archive does not change by itself"
                    | _, Fault.StreamMalformed _ -> Expect.isTrue (FaultTable.isPassing fault) "damage on the way"
                    | (Blame.MasterRefused | Blame.MasterBroke | Blame.Shell | Blame.Disk | Blame.History), _ ->
                        Expect.isFalse (FaultTable.isPassing fault) "it would be the same again"
                    | (Blame.MasterSilent | Blame.Corrupt), _ ->
                        Expect.isTrue (FaultTable.isPassing fault) "it may pass"
                    | Blame.Network, _ -> ()))
            testProperty
                "every log event is one line that does nothing to a terminal"
                (Prop.forAll StateGenerators.logEvent (fun entry ->
                    checkSentence entry.Sentence
                    Expect.isTrue (entry.Id > 0 && entry.Name.Length > 0) "a number and a name"

                    for name, value in entry.Fields do
                        checkSentence name
                        Expect.isTrue (isPlain value) $"%s{name} is plain"))
            testProperty
                "every outcome is one line that does nothing to a terminal"
                (Prop.forAll StateGenerators.outcome (fun outcome -> checkSentence (Wording.outcome outcome)))
            testProperty "no secret is ever said, in whatever way it is printed" (Session.property sound keepsSecret)

            for event in echoes do
                let name = (Printable.escape $"%A{event}").Replace(SettingsGenerators.password, "…")

                testCase $"a password that the master repeats is not kept and not said: %s{name}" (fun () ->
                    for text in afterEcho event do
                        Expect.isFalse (text.Contains "correct-h") $"the secret is in %s{text}")
        ]
