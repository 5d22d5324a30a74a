namespace HybridReplica.Core

open System

// Answers to the requests that prepare a replication.
module internal MasterAnswers =

    let say line (state: MasterState) = state, [ MasterCommand.Say line ]

    let ok state = say "+OK" state

    let refuse error state = say ("-" + error) state

    let isSame (left: string) (right: string) =
        left.Equals(right, StringComparison.OrdinalIgnoreCase)

    let private isUser name password (user: MasterUser) =
        user.Name = name
        && user.Password |> ValueOption.forall (fun secret -> secret.Wire = password)

    /// AUTH with a user (`authCommand`). Where a user has no password, any is right.
    let authenticate name password (state: MasterState) =
        match state.Settings.Users |> List.tryFind (isUser name password) with
        | Some user -> ok { state with User = ValueSome user }
        | None -> refuse state.Settings.Era.WrongPassword state

    /// AUTH without a user (`authCommand`). Where there is no password, none is right.
    let authenticateDefault password (state: MasterState) =
        let isOpen (user: MasterUser) =
            user.Name = "default" && user.Password.IsNone

        if List.exists isOpen state.Settings.Users then
            refuse state.Settings.Era.NoPasswordSet state
        else
            authenticate "default" password state

    let private isNumber (text: string) = fst (Int32.TryParse text)

    let private configureOne (state: MasterState) (option: string) (value: string) : Result<MasterState, string> =
        match option.ToLowerInvariant() with
        | known when not (List.contains known state.Settings.Era.Options) ->
            Error $"ERR Unrecognized REPLCONF option: {option}"
        | "listening-port" when not (isNumber value) -> Error "ERR value is not an integer or out of range"
        | "rdb-only" when value <> "0" && value <> "1" -> Error "ERR value is out of range"
        | "rdb-only" -> Ok { state with RdbOnly = (value = "1") }
        | "rdb-filter-only" when value <> "" && value <> "functions" ->
            Error $"ERR Unsupported rdb-filter-only option: {value}"
        | "capa" when isSame value "eof" -> Ok { state with TakesMark = true }
        | "capa" when isSame value "psync2" -> Ok { state with TakesHistoryName = true }
        | _ -> Ok state

    /// REPLCONF: pairs of an option and a value, taken from left to right until one is refused (`replconfCommand`).
    let rec configure pairs (state: MasterState) =
        match pairs with
        | [] -> ok state
        | option :: value :: later ->
            match configureOne state option value with
            | Ok state -> configure later state
            | Error error -> refuse error state
        | [ _ ] -> refuse "ERR syntax error" state

    /// Whether the bytes from `first` on are still kept under that id (`masterTryPartialResynchronization`).
    let canContinue (id: string) (first: int64) (history: MasterHistory) =
        let isFormer (former: FormerHistory) =
            isSame id former.Id.Text && first <= former.Until.Bytes + 1L

        (isSame id history.Id.Text || ValueOption.exists isFormer history.Former)
        && first >= history.BacklogFrom
        && first <= history.Offset.Bytes + 1L
