/// Listening to the meter, as whoever collects metrics does.
module HybridReplica.Tests.Following.Listening

open System
open System.Collections.Generic
open System.Diagnostics.Metrics
open HybridReplica

/// All that is measured now of a master: instrument and value.
let measured (master: string) : Dictionary<string, float> =
    let found = Dictionary<string, float>()
    use listener = new MeterListener()

    listener.InstrumentPublished <-
        Action<_, _>(fun instrument listener ->
            if instrument.Meter.Name = ReplicaMeter.Name then
                listener.EnableMeasurementEvents instrument)

    let note (instrument: Instrument) (value: float) (tags: KeyValuePair<string, obj | null>[]) =
        if tags = [| KeyValuePair("master", box master) |] then
            found.Add(instrument.Name, value)

    listener.SetMeasurementEventCallback<int64>(fun instrument value tags _ ->
        note instrument (float value) (tags.ToArray()))

    listener.SetMeasurementEventCallback<float>(fun instrument value tags _ -> note instrument value (tags.ToArray()))
    listener.Start()
    listener.RecordObservableInstruments()
    found
