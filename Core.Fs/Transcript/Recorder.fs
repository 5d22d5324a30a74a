namespace HybridReplica.Core

/// What a recorder holds back because what comes next decides how it is told.
[<RequireQualifiedAccess>]
type internal Pending =
    | Nothing
    /// So many bytes of snapshot were taken, and nothing else was decided.
    | Taken of bytes: int64
    /// So many seconds passed, and nothing was decided.
    | Passed of seconds: int
    /// A line was begun, and this happened since, the latest first; nothing was decided about it.
    | LineBegun of since: Event list

/// Turns what a shell reports and what the replica decides about it into a transcript, line by line, while it happens.
/// Told anew, the transcript comes to the same decisions. The bytes of the snapshot are not in it, only their number.
type Recorder =
    internal
        {
            /// The replica as it was last seen.
            State: State
            /// Bytes at the start of the snapshot that were told already.
            HeadLeft: int
            Pending: Pending
        }

    /// A recorder of a session that begins.
    static member Begin(settings: Settings) : Recorder =
        {
            State = State.Initial settings
            HeadLeft = 0
            Pending = Pending.Nothing
        }

/// The telling of a session.
module internal Recording =

    let private bytes text = TranscriptLine.In(Input.Bytes text)

    let private filler count =
        if count > 0L then
            [ TranscriptLine.In(Input.Filler count) ]
        else
            []

    let private passed seconds =
        if seconds > 0 then
            [ TranscriptLine.In(Input.Report(Event.Ticked seconds)) ]
        else
            []

    let private happened since =
        since |> List.rev |> List.map (Input.Report >> TranscriptLine.In)

    let private outputs commands =
        commands |> List.map (TranscriptWords.output >> TranscriptLine.Out)

    let private took count =
        [ TranscriptLine.Out(Output.Took count) ]

    let private withoutHead count recorder =
        let told = min count (int64 recorder.HeadLeft)

        count - told,
        { recorder with
            HeadLeft = recorder.HeadLeft - int told
        }

    let private nothingPending recorder =
        { recorder with
            Pending = Pending.Nothing
        }

    /// Tells what was held back.
    let flush recorder =
        match recorder.Pending with
        | Pending.Nothing -> recorder, []
        | Pending.Passed seconds -> nothingPending recorder, passed seconds
        // A line that never came to its end: nobody knows what was in it.
        | Pending.LineBegun since -> nothingPending recorder, filler 1L @ happened since
        | Pending.Taken count ->
            let unheard, recorder = withoutHead count recorder
            nothingPending recorder, filler unheard @ took count

    let private isBulk command =
        match command with
        | Command.Take _
        | Command.SyncBehind -> true
        | _ -> false

    // A line is told as one, unless it was begun long before it ended, or was so long that it must have ended in a bare
    // newline.
    let private line (text: string) recorder =
        let fits = text.Length + 2 <= recorder.State.LineLimit
        let whole = if fits then text + "\r\n" else text + "\n"

        match recorder.Pending with
        | Pending.LineBegun(_ :: _ as since) ->
            bytes (whole.Substring(0, 1)) :: happened since @ [ bytes (whole.Substring 1) ]
        | _ when fits -> [ TranscriptLine.In(Input.Line text) ]
        | _ -> [ bytes whole ]

    let private lineTooLong (beginning: string) recorder =
        let whole = beginning.PadRight(recorder.State.LineLimit, 'x')

        match recorder.Pending with
        | Pending.LineBegun(_ :: _ as since) ->
            bytes (whole.Substring(0, 1)) :: happened since @ [ bytes (whole.Substring 1) ]
        | _ -> [ bytes whole ]

    let private mark recorder =
        match recorder.State.Phase with
        | Phase.Receiving { Framing = Remainder.Until mark } -> [ bytes mark.Text ]
        | _ -> []

    // The beginning of a line is told together with its end.
    let private endsLine event recorder =
        match event, recorder.Pending with
        | (Event.Replied _ | Event.LineTooLong _), Pending.LineBegun _ -> true
        | _ -> false

    let private tell event commands recorder =
        match event with
        // Every transcript begins with this, and so it has no line of its own.
        | Event.Started when recorder.State.Phase = Phase.Idle -> recorder, outputs commands
        | Event.LineBegun ->
            { recorder with
                Pending = Pending.LineBegun []
            },
            []
        | Event.Replied reply ->
            nothingPending recorder, line (recorder.State.Hide(string reply)) recorder @ outputs commands
        | Event.LineTooLong beginning ->
            nothingPending recorder, lineTooLong (recorder.State.Hide beginning) recorder @ outputs commands
        | Event.SnapshotBegun(ValueSome version) ->
            let head = string version
            { recorder with HeadLeft = head.Length }, bytes head :: outputs commands
        | Event.SnapshotBegun ValueNone -> recorder, filler (int64 Limits.RdbHeadLength) @ outputs commands
        | Event.Arrived count when List.forall isBulk commands ->
            { recorder with
                Pending = Pending.Taken count
            },
            []
        | Event.Arrived count ->
            let unheard, recorder = withoutHead count recorder
            recorder, filler unheard @ outputs commands
        | Event.MarkReached -> recorder, mark recorder @ outputs commands
        | Event.Ticked seconds when commands.IsEmpty ->
            { recorder with
                Pending = Pending.Passed seconds
            },
            []
        | event -> recorder, TranscriptLine.In(Input.Report event) :: outputs commands

    // What goes on as it was is held back a little longer.
    let private tryMerge event commands recorder =
        match recorder.Pending, event with
        | Pending.Taken count, Event.Arrived more when List.forall isBulk commands ->
            ValueSome(Pending.Taken(count + int64 more))
        | Pending.Passed seconds, Event.Ticked more when List.isEmpty commands ->
            ValueSome(Pending.Passed(seconds + more))
        | Pending.LineBegun(Event.Ticked seconds :: earlier), Event.Ticked more when List.isEmpty commands ->
            ValueSome(Pending.LineBegun(Event.Ticked(seconds + more) :: earlier))
        | Pending.LineBegun since, event when List.isEmpty commands && not (endsLine event recorder) ->
            ValueSome(Pending.LineBegun(event :: since))
        | _ -> ValueNone

    let observe event state commands recorder =
        let recorder, lines =
            match tryMerge event commands recorder with
            | ValueSome pending -> { recorder with Pending = pending }, []
            | ValueNone when endsLine event recorder -> tell event commands recorder
            | ValueNone ->
                let recorder, held = flush recorder
                let recorder, lines = tell event commands recorder
                recorder, held @ lines

        { recorder with State = state }, lines

type Recorder with

    /// <summary>Records one turn of a session.</summary>
    /// <param name="event">What was reported to the replica.</param>
    /// <param name="state">The replica after it.</param>
    /// <param name="commands">What the replica wants done about it.</param>
    /// <returns>The recorder from here on, and the lines that can be written now.</returns>
    member this.Observe(event: Event, state: State, commands: Command list) : struct (Recorder * TranscriptLine list) =
        Recording.observe event state commands this
        |> fun (next, lines) -> struct (next, lines)

    /// The lines that are left when nothing more will happen.
    member this.End() : TranscriptLine list = snd (Recording.flush this)
